// SPDX-License-Identifier: EUPL-1.2
import java.io.FileInputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Asks veraPDF whether files are PDF/A-3a and PDF/UA-1: one line for each claim, one for each rule that is broken. */
public final class Judge {
    private static final List<PDFAFlavour> CLAIMS = List.of(PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1);

    private Judge() { }

    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        boolean sound = true;
        for (String file : files) {
            for (PDFAFlavour claim : CLAIMS) {
                sound &= judge(file, claim);
            }
        }
        System.exit(sound ? 0 : 1);
    }

    private static boolean judge(String file, PDFAFlavour claim) throws Exception {
        try (var parser = Foundries.defaultInstance().createParser(new FileInputStream(file), claim);
                var validator = Foundries.defaultInstance().createValidator(claim, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.printf("%s\t%s\t%s\t%d%n", file, claim.getId(), result.isCompliant(), result.getTotalAssertions());
            Map<String, Integer> broken = new TreeMap<>();
            for (TestAssertion one : result.getTestAssertions()) {
                if (one.getStatus() == TestAssertion.Status.FAILED) {
                    broken.merge(one.getRuleId().getClause() + ": " + one.getMessage(), 1, Integer::sum);
                }
            }
            broken.forEach((rule, count) -> System.out.printf("\t%d times %s%n", count, rule));
            return result.isCompliant();
        }
    }
}
