// SPDX-License-Identifier: EUPL-1.2

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.diagnostic.jaxb.XmlDigestMatcher;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the European Commission's DSS judge signed files. Arguments: roots, "--", files. One line for each signature.
 *
 * Revocation is not judged: the certificates of a development authority have none. What DSS itself would say of the
 * certificate stands at the end of each line.
 */
public class Judge {
    public static void main(String[] arguments) throws Exception {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        int place = 0;
        for (; !arguments[place].equals("--"); place++) {
            try (FileInputStream roots = new FileInputStream(arguments[place])) {
                for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(roots)) {
                    trusted.addCertificate(new CertificateToken((X509Certificate) root));
                }
            }
        }
        boolean sound = true;
        for (int file = place + 1; file < arguments.length; file++) {
            try {
                sound &= judged(arguments[file], trusted);
            } catch (Exception broken) {
                sound = false;
                System.out.println(arguments[file] + "\tcannot be read: " + broken.getMessage());
            }
        }
        System.exit(sound ? 0 : 1);
    }

    private static boolean judged(String file, CommonTrustedCertificateSource trusted) throws Exception {
        boolean sound = true;
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
        validator.setCertificateVerifier(verifier);
        Path beside = beside(Path.of(file));
        if (beside != null) {
            validator.setDetachedContents(List.of(new InMemoryDocument(signedPart(beside))));
        }
        Reports reports = validator.validateDocument();
        DiagnosticData data = reports.getDiagnosticData();
        SimpleReport report = reports.getSimpleReport();
        if (file.endsWith(".tst")) {
            for (TimestampWrapper one : data.getTimestampList()) {
                boolean holds = one.isMessageImprintDataFound() && one.isMessageImprintDataIntact()
                    && one.isSignatureValid() && one.isTrustedChain();
                sound &= holds;
                System.out.println(String.join("\t", file, holds ? "sound" : "the time-stamp does not hold",
                    "RFC 3161", one.getProductionTime().toInstant().toString(),
                    report.getIndication(one.getId()) + ", " + report.getSubIndication(one.getId())));
            }
            return sound && !data.getTimestampList().isEmpty();
        }
        for (SignatureWrapper one : data.getSignatures()) {
            List<String> faults = faults(one);
            sound &= faults.isEmpty();
            String container = data.getContainerType() == null ? "no container" : data.getContainerType().toString();
            System.out.println(String.join("\t", file, faults.isEmpty() ? "sound" : String.join("; ", faults),
                one.getSignatureFormat().toString(), container, one.getSignatureScopes().size() + " covered",
                report.getIndication(one.getId()) + ", " + report.getSubIndication(one.getId())));
        }
        return sound && !data.getSignatures().isEmpty();
    }

    /** What is signed or stamped but lies beside; null where it lies inside. */
    private static Path beside(Path file) {
        Path folder = file.getParent();
        String name = file.getFileName().toString();
        return switch (name) {
            case "bundle.p7s" -> folder.resolve("bundle.json");
            case "signature.p7s" -> folder.resolve("ASiCManifest.xml");
            case "checkpoint.tst" -> folder.resolve("001.tlog-proof");
            default -> name.endsWith(".tst")
                ? folder.resolveSibling("evidence").resolve(name.replace(".tst", ".xml")) : null;
        };
    }

    /** The bytes of a file; of a proof from a log its checkpoint, as the log alone signed it. */
    private static byte[] signedPart(Path file) throws Exception {
        String whole = Files.readString(file);
        if (!file.toString().endsWith(".tlog-proof")) {
            return Files.readAllBytes(file);
        }
        String[] parts = whole.split("\n\n", 3);
        String origin = parts[1].split("\n")[0];
        StringBuilder note = new StringBuilder(parts[1]).append("\n\n");
        parts[2].lines().filter(line -> line.split(" ")[1].equals(origin)).forEach(line -> note.append(line).append("\n"));
        return note.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> faults(SignatureWrapper one) {
        List<String> faults = new ArrayList<>();
        if (!one.isSignatureIntact() || !one.isSignatureValid()) {
            faults.add("the signature does not hold");
        }
        for (XmlDigestMatcher digest : one.getDigestMatchers()) {
            if (!digest.isDataFound() || !digest.isDataIntact()) {
                faults.add("changed or missing: " + digest.getType() + " " + digest.getUri());
            }
        }
        if (one.getDigestMatchers().isEmpty()) {
            faults.add("nothing is covered");
        }
        if (!one.isStructuralValidationValid()) {
            faults.add("structure: " + one.getStructuralValidationMessages());
        }
        if (!one.isSigningCertificateIdentified() || !one.isSigningCertificateReferenceUnique()) {
            faults.add("the certificate is not named");
        }
        if (!one.isTrustedChain()) {
            faults.add("no trusted root");
        }
        for (TimestampWrapper stamp : one.getTimestampList()) {
            if (!stamp.isMessageImprintDataIntact() || !stamp.isSignatureValid() || !stamp.isTrustedChain()) {
                faults.add("the time-stamp does not hold");
            }
        }
        return faults;
    }
}
