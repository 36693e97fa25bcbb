package co.caution.git;

import java.io.IOException;
import java.util.List;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionFactory;

/**
 * The only kind of channel: it runs one command and takes one variable, the version of git's protocol. Terminals, shells,
 * subsystems, agents, X11 and whatever else is invented are refused.
 */
final class GitChannel extends ChannelSession {

    static final String PROTOCOL = "GIT_PROTOCOL";

    private static final int LONGEST_PROTOCOL = 64;

    /** Unlike the library's list, without forwarded ports. */
    static final ChannelSessionFactory FACTORY = new ChannelSessionFactory() {
        @Override
        public Channel createChannel(Session session) {
            return new GitChannel();
        }
    };

    private boolean asked;

    private GitChannel() {
        super(List.of()); // no handlers of vendors' own requests
    }

    @Override
    protected RequestHandler.Result handleInternalRequest(String type, boolean wantReply, Buffer buffer) throws IOException {
        boolean taken = type.equals("env") || (type.equals("exec") && !asked);
        asked |= type.equals("exec");
        return taken ? super.handleInternalRequest(type, wantReply, buffer) : RequestHandler.Result.ReplyFailure;
    }

    @Override
    protected RequestHandler.Result handleEnvParsed(String name, String value) throws IOException {
        return name.equals(PROTOCOL) && value.length() <= LONGEST_PROTOCOL
                ? super.handleEnvParsed(name, value)
                : RequestHandler.Result.ReplyFailure;
    }
}
