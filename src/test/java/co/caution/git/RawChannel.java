package co.caution.git;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.helpers.AbstractSession;

/** A channel of any kind that asks for anything, well-behaved or not. */
final class RawChannel extends AbstractClientChannel {

    private final BlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();

    private RawChannel(String type) {
        super(type);
    }

    static RawChannel open(ClientSession session, String type) throws IOException {
        var channel = new RawChannel(type);
        channel.setOut(OutputStream.nullOutputStream());
        channel.setErr(OutputStream.nullOutputStream());
        ((AbstractSession) session).getService(ConnectionService.class).registerChannel(channel);
        channel.open().verify(10, TimeUnit.SECONDS);
        return channel;
    }

    /** Whether the server agrees. */
    boolean asks(String request, String... values) throws IOException, InterruptedException {
        var packet = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST);
        packet.putUInt(getRecipient());
        packet.putString(request);
        packet.putBoolean(true);
        for (String value : values) {
            packet.putString(value);
        }
        writePacket(packet);
        Boolean answer = answers.poll(10, TimeUnit.SECONDS);
        if (answer == null) {
            throw new IOException("no answer to " + request);
        }
        return answer;
    }

    /** Less than a window. */
    void says(byte[] data) throws IOException {
        if (data.length > 0) {
            var packet = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA);
            packet.putUInt(getRecipient());
            packet.putBytes(data);
            writePacket(packet);
        }
    }

    @Override
    protected void doOpen() {
        // Nothing is asked for yet.
    }

    @Override
    public void handleSuccess() {
        answers.add(true);
    }

    @Override
    public void handleFailure() {
        answers.add(false);
    }
}
