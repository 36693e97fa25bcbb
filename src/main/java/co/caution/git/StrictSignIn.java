package co.caution.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.ServiceFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerUserAuthService;

/**
 * Signing in, for plain user names only. The name decides nothing here (the key does), but it gets into the library's log lines
 * as it came: lines of a stranger's own making, were line feeds let through.
 */
final class StrictSignIn extends ServerUserAuthService {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@+-]{1,64}");

    static final ServiceFactory FACTORY = new ServiceFactory() {
        @Override
        public String getName() {
            return "ssh-userauth";
        }

        @Override
        public Service create(Session session) throws IOException {
            return new StrictSignIn(session);
        }
    };

    private StrictSignIn(Session session) throws IOException {
        super(session);
    }

    @Override
    public synchronized void process(int message, Buffer buffer) throws Exception {
        if (message == SshConstants.SSH_MSG_USERAUTH_REQUEST) {
            int start = buffer.rpos();
            String name = buffer.getString(StandardCharsets.ISO_8859_1);
            if (!NAME.matcher(name).matches()) {
                throw new SshException(SshConstants.SSH2_DISCONNECT_ILLEGAL_USER_NAME, "this is no user name");
            }
            buffer.rpos(start);
        }
        super.process(message, buffer);
    }
}
