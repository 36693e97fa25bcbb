package co.caution.git;

import co.caution.app.ReceivingRepository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.function.UnaryOperator;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.errors.TooLargePackException;
import org.eclipse.jgit.internal.submodule.SubmoduleValidator.SubmoduleValidationException;
import org.eclipse.jgit.transport.ReceivePack;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Takes what a push brings, or says in one line why it does not. */
final class AppReceivePack extends ReceivePack {

    private final ReceivingRepository into;
    private final PushLimits limits;
    private final Gates gates;

    /** Puts a {@link PackGate} before a repository, and lets only so many pushes be put together at a time. */
    static final class Gates implements UnaryOperator<InputStream> {

        /** Whether what comes has room, asked again and again while it comes. */
        @FunctionalInterface
        interface Room {
            /** @return why not */
            Optional<String> full() throws IOException;
        }

        private final PushLimits limits;
        private final Room room;
        private final Lock app;
        private final Lock arriving;
        private final Semaphore places;
        private final ByteArrayOutputStream unsaid = new ByteArrayOutputStream();
        private @Nullable PackGate gate;
        private boolean inside;
        private boolean unkept;

        /**
         * @param room for what comes
         * @param app held while a push to it is put together: what is not taken is removed, and must be nobody else's
         * @param arriving held from then on until refs lead to what was taken: no other push's lack of room may remove it
         * @param places that all pushes share
         */
        Gates(PushLimits limits, Room room, Lock app, Lock arriving, Semaphore places) {
            this.limits = limits;
            this.room = room;
            this.app = app;
            this.arriving = arriving;
            this.places = places;
        }

        @Override
        public InputStream apply(InputStream pack) {
            gate = new PackGate(pack, limits, room, () -> {
                app.lock(); // whoever has it waits for no client: nothing is read any more, and what is said is kept
                arriving.lock(); // nor does whoever removes what nobody needs
                unkept = true;
                places.acquireUninterruptibly();
                inside = true;
            });
            return gate;
        }

        /** What is said while others wait goes out afterwards: this client may not be listening. */
        OutputStream afterwards(OutputStream client) {
            return new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    if (!inside) {
                        catchUp();
                        client.write(bytes, from, length);
                    } else {
                        unsaid.write(bytes, from, length);
                    }
                }

                @Override
                public void flush() throws IOException {
                    if (!inside) {
                        catchUp();
                        client.flush();
                    }
                }

                private void catchUp() throws IOException {
                    if (unsaid.size() > 0) {
                        unsaid.writeTo(client);
                        unsaid.reset();
                    }
                }
            };
        }

        void leave() {
            if (gate != null) {
                gate.release();
            }
            if (inside) {
                places.release();
                app.unlock();
                inside = false;
            }
        }

        /** Refs lead to what came, or nothing is left of it. */
        void kept() {
            if (unkept) {
                arriving.unlock();
                unkept = false;
            }
        }
    }

    AppReceivePack(ReceivingRepository into, PushLimits limits, Gates gates) {
        super(into);
        this.into = into;
        this.limits = limits;
        this.gates = gates;
        setMaxPackSizeLimit(limits.pack().toBytes());
        setMaxObjectSizeLimit(limits.object().toBytes());
    }

    @Override
    protected void receivePackAndCheckConnectivity() throws IOException, SubmoduleValidationException {
        try {
            super.receivePackAndCheckConnectivity();
        } catch (PackRefusedException | CorruptObjectException e) {
            throw refused(String.valueOf(e.getMessage()), e);
        } catch (TooLargePackException e) {
            throw refused("this push is larger than " + size(limits.pack()) + ", the most that one may bring; keep large"
                    + " files out of git and fetch them in the build, pinned by digest", e);
        } catch (TooLargeObjectInPackException e) {
            throw refused("a file of this push is larger than " + size(limits.object()) + ", the most that one may have;"
                    + " keep it out of git (out of its history, too) and fetch it in the build, pinned by digest", e);
        } catch (MissingObjectException e) {
            throw refused(getClientShallowCommits().isEmpty()
                    ? e.getMessage() + ": neither this push nor the app's repository has it; look at yours: git fsck"
                    : "this clone is shallow: commits before its first are missing here and there; git fetch --unshallow, then push"
                            + " again", e);
        } catch (SubmoduleValidationException e) {
            throw refused(".gitmodules is not one that git would take: " + e.getMessage(), e);
        } catch (IOException e) {
            throw refused("the pack cannot be read: " + e.getMessage() + "; push again, and look at your repository: git fsck", e);
        } catch (RuntimeException e) {
            // JGit trusts differences to be well-formed, and fails in whatever way an array does.
            throw refused("the pack is damaged; push again, and look at your repository: git fsck", e);
        } finally {
            gates.leave();
        }
    }

    private PackProtocolException refused(String why, Exception cause) {
        String line = why.replaceAll("\\p{Cntrl}", "?");
        try {
            into.discard();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        sendMessage("fatal: nothing was taken: " + line);
        return new PackProtocolException(line, cause);
    }

    private static String size(DataSize size) {
        return size.toMegabytes() > 0 ? size.toMegabytes() + " MiB" : size.toBytes() + " bytes";
    }
}
