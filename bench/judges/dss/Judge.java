// SPDX-License-Identifier: EUPL-1.2

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.FileInputStream;
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
            CommonCertificateVerifier verifier = new CommonCertificateVerifier();
            verifier.setTrustedCertSources(trusted);
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(arguments[file]));
            validator.setCertificateVerifier(verifier);
            Reports reports = validator.validateDocument();
            DiagnosticData data = reports.getDiagnosticData();
            SimpleReport report = reports.getSimpleReport();
            sound &= !data.getSignatures().isEmpty();
            for (SignatureWrapper one : data.getSignatures()) {
                List<String> faults = faults(one);
                sound &= faults.isEmpty();
                String container = data.getContainerType() == null ? "no container" : data.getContainerType().toString();
                System.out.println(String.join("\t", arguments[file], faults.isEmpty() ? "sound" : String.join("; ", faults),
                    one.getSignatureFormat().toString(), container, one.getSignatureScopes().size() + " covered",
                    report.getIndication(one.getId()) + ", " + report.getSubIndication(one.getId())));
            }
        }
        System.exit(sound ? 0 : 1);
    }

    private static List<String> faults(SignatureWrapper one) {
        List<String> faults = new ArrayList<>();
        if (!one.isSignatureIntact() || !one.isSignatureValid()) {
            faults.add("the signature does not hold");
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
