package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import COSE.Message;
import COSE.MessageTag;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** An envelope that is accepted has one encoding, and COSE-Java reads the same in it. */
class EnvelopeFuzzTest {

    @FuzzTest
    void envelopes_are_read_in_one_way(byte[] input) throws Exception {
        CoseSign1 envelope;
        try {
            envelope = CoseSign1.read(input);
        } catch (RefusedException e) {
            assertThat(e.rule().number()).isBetween(1, 4);
            return;
        }
        byte[] again = CoseSign1.write(envelope.payload(), envelope.signature());
        int tag = input.length - again.length;
        assertThat(tag).isBetween(0, 1);
        assertThat(input).endsWith(again);
        assertThat(Message.DecodeFromBytes(input, MessageTag.Sign1).GetContent()).isEqualTo(envelope.payload());
    }
}
