package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import co.caution.eif.Measurements;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PcrFileTest {

    private static final String A = "a".repeat(96);
    private static final String B = "B".repeat(96);
    private static final String C = "1".repeat(96);

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"pcr0\":\"@A\",\"PCR1\":\"@B\",\"Pcr2\":\"@C\"}",
        "{\n  \"Measurements\": {\n \"HashAlgorithm\": \"Sha384 { ... }\", \"PCR0\": \"@A\",\"PCR1\":\"@B\", \"PCR2\": \"@C\"\n}\n}\n",
        "# a comment\nPCR0: @A\r\nPCR1:@B # why\n\npcr2 = @C",
        "@A PCR0\n@B\tpcr1\n@C  Pcr2\n",
        "@A PCR0\nPCR1: @B\n@C pcr2"})
    void each_form_is_read(String text) throws Exception {
        ExpectedPcrs expected = PcrFile.parse(text.replace("@A", A).replace("@B", B).replace("@C", C));
        assertThat(expected).isEqualTo(ExpectedPcrs.of(new Measurements(A, B.toLowerCase(), C)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|PCR0 is missing", "# nothing|PCR0 is missing", "PCR0: @|PCR1 is missing",
        "PCR0: @~PCR1: @~PCR0: @|line 3: PCR0 is given twice", "PCR0: 00|line 1: PCR0 is not 96", "PCR0 @|line 1: neither",
        "hello|line 1: neither", "PCR0: @~PCR1: @~PCR2: @~PCR32: @|PCR32: registers are 0 to 31", "PCR0: @ @|line 1: neither",
        "{}|line 1: '\"' is expected", "{'pcr0':'@'}x|line 1: something follows", "{~'pcr0':'@',~'x':'@'}|line 3: a key that is not",
        "{'pcr0':'@'|line 1: '}' is expected", "{'pcr0|line 1: a string does not end", "{'pcr0':'\\u0030'}|line 1: a string with an escape",
        "{'pcr0':1}|line 1: '\"' is expected", "{'Measurements':{'pcr0':'@'}|line 1: '}' is expected",
        "{'pcr0':'@','pcr0':'@'}|line 1: PCR0 is given twice", "{'pcr0':'xyz'}|line 1: PCR0 is not 96"})
    void errors_name_the_line(String text, String why) {
        String file = text.replace("@", A).replace('~', '\n').replace('\'', '"');
        assertThatExceptionOfType(InvalidPcrFileException.class).isThrownBy(() -> PcrFile.parse(file)).withMessageContaining(why);
    }

    @Test
    void a_file_and_its_registers_have_limits() throws Exception {
        assertThatExceptionOfType(InvalidPcrFileException.class).isThrownBy(() -> PcrFile.parse(" ".repeat(PcrFile.MAX_SIZE + 1)))
                .withMessageContaining("at most 65536");
        String file = "PCR0: %s\nPCR1: %s\nPCR2: %s\nPCR31: %s\n".formatted(A, A, A, A);
        assertThat(PcrFile.parse(file + " ".repeat(PcrFile.MAX_SIZE - file.length())).values()).containsOnlyKeys(0, 1, 2, 31);
    }

    @Test
    void a_policy_cannot_be_empty() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ExpectedPcrs(new TreeMap<>())).withMessageContaining("PCR0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExpectedPcrs(new TreeMap<>(Map.of(0, A, 1, A, 3, A)))).withMessageContaining("PCR2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExpectedPcrs(new TreeMap<>(Map.of(0, A, 1, A, 2, "", -1, A))));
    }

    @Test
    void a_register_that_the_document_lacks_differs() {
        ExpectedPcrs expected = new ExpectedPcrs(new TreeMap<>(Map.of(0, A, 1, A, 2, A, 16, A)));
        assertThat(Comparison.of(expected, new TreeMap<>(Map.of(0, A, 1, A, 2, A)))).isInstanceOfSatisfying(
                Comparison.Differs.class, differs -> assertThat(differs.differences()).singleElement()
                        .satisfies(d -> assertThat(d.actual()).isEmpty()));
    }
}
