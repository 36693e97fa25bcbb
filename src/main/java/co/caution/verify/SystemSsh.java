package co.caution.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.RemoteSession;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/** The person's own ssh, with the keys and known hosts that they have; it may not ask them anything. */
final class SystemSsh extends SshSessionFactory {

    @Override
    public RemoteSession getSession(URIish uri, @Nullable CredentialsProvider credentials, FS fs, int timeout) throws TransportException {
        String host = uri.getHost();
        String user = uri.getUser();
        if (host.startsWith("-") || user != null && user.startsWith("-")) {
            throw new TransportException(uri, "a host does not begin with '-'");
        }
        var command = new ArrayList<>(List.of("ssh", "-o", "BatchMode=yes", "-o", "ForwardAgent=no"));
        if (uri.getPort() > 0) {
            command.addAll(List.of("-p", "" + uri.getPort()));
        }
        command.addAll(List.of("--", user == null ? host : user + "@" + host));
        return new RemoteSession() {
            @Override
            public Process exec(String git, int limit) throws IOException {
                var all = new ArrayList<>(command);
                all.add(git);
                try {
                    return new Patient(new ProcessBuilder(all).start()); // JGit reads what it says, too: part of that is the server's, and not for a terminal
                } catch (IOException e) {
                    throw new IOException("ssh cannot be started: install it (Debian: apt-get install openssh-client)", e);
                }
            }

            @Override
            public void disconnect() {
                // The process ends with its streams.
            }
        };
    }

    @Override
    public String getType() {
        return "system";
    }

    /** JGit asks how ssh ended as soon as it has said its last word, which is a moment before it ends. */
    private static final class Patient extends Process {

        private static final int SECONDS = 10;

        private final Process ssh;

        Patient(Process ssh) {
            this.ssh = ssh;
        }

        @Override
        public int exitValue() {
            try {
                ssh.waitFor(SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return ssh.exitValue();
        }

        @Override
        public OutputStream getOutputStream() {
            return ssh.getOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return ssh.getInputStream();
        }

        @Override
        public InputStream getErrorStream() {
            return ssh.getErrorStream();
        }

        @Override
        public int waitFor() throws InterruptedException {
            return ssh.waitFor();
        }

        @Override
        public void destroy() {
            ssh.destroy();
        }
    }
}
