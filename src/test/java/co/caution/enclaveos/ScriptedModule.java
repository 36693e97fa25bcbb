package co.caution.enclaveos;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/** A security module on a Unix socket whose documents are the requests themselves. It signs nothing. */
final class ScriptedModule implements AutoCloseable {

    private static final byte[] GET_RANDOM = "\u0069GetRandom".getBytes(StandardCharsets.ISO_8859_1);

    private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    final AtomicInteger randoms = new AtomicInteger();
    final AtomicInteger documents = new AtomicInteger();

    ScriptedModule(Path socket) throws IOException {
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> answer(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void answer(SocketChannel client) {
        try (client) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(client));
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(client));
            while (true) {
                byte[] request = in.readNBytes(in.readInt());
                byte[] answer = Arrays.equals(request, GET_RANDOM) ? random() : document(request);
                out.write(ByteBuffer.allocate(4 + answer.length).putInt(answer.length).put(answer).array());
            }
        } catch (IOException e) {
            // the guest hung up
        }
    }

    private byte[] random() {
        randoms.incrementAndGet();
        return message("a16947657452616e646f6da16672616e646f6d", new byte[256]);
    }

    private byte[] document(byte[] request) {
        documents.incrementAndGet();
        return message("a16b4174746573746174696f6ea168646f63756d656e74", request);
    }

    private static byte[] message(String prefix, byte[] value) {
        byte[] head = HexFormat.of().parseHex(prefix);
        return ByteBuffer.allocate(head.length + 3 + value.length)
                .put(head).put((byte) 0x59).putShort((short) value.length).put(value).array();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
