// SPDX-License-Identifier: EUPL-1.2

import java.io.ByteArrayInputStream;
import java.io.File;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Lets the JDK's own XML signature validation, with its secure mode, judge enveloped signatures in files. */
public class Judge {
    private static final String XADES = "http://uri.etsi.org/01903/v1.3.2#";

    public static void main(String[] files) throws Exception {
        boolean sound = true;
        for (String file : files) {
            try {
                sound &= judged(file);
            } catch (Exception broken) {
                sound = false;
                System.out.println(file + "\tfalse\tcannot be read: " + broken.getMessage());
            }
        }
        System.exit(sound ? 0 : 1);
    }

    private static boolean judged(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document document = factory.newDocumentBuilder().parse(new File(file));
        NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        Element encoded = (Element) document.getElementsByTagNameNS(XMLSignature.XMLNS, "X509Certificate").item(0);
        byte[] certificate = Base64.getMimeDecoder().decode(encoded.getTextContent());
        PublicKey key = CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(certificate)).getPublicKey();
        DOMValidateContext context = new DOMValidateContext(key, signatures.item(0));
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
        NodeList properties = document.getElementsByTagNameNS(XADES, "SignedProperties");
        context.setIdAttributeNS((Element) properties.item(0), null, "Id");
        XMLSignature signature = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
        boolean holds = signature.validate(context) && signatures.getLength() == 1;
        Set<String> covered = new HashSet<>();
        for (Object one : signature.getSignedInfo().getReferences()) {
            covered.add(((Reference) one).getURI());
        }
        holds &= covered.equals(Set.of("", "#properties"));
        System.out.println(file + "\t" + holds + "\t" + signature.getSignedInfo().getSignatureMethod().getAlgorithm());
        return holds;
    }
}
