package co.caution.eif;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** Bytes of a file, read by position: any number of streams over them may be open at once. */
record Region(FileChannel file, long offset, long size) {

    Region {
        Objects.checkFromIndexSize(0, size, Long.MAX_VALUE - offset);
    }

    Region part(long from, long length) {
        return new Region(file, offset + Objects.checkFromIndexSize(from, length, size), length);
    }

    /** All of it; a file that has become shorter is an error. Closing the stream leaves the file open. */
    InputStream open() {
        return new InputStream() {

            private long at;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                if (at == size) {
                    return -1;
                }
                int n = file.read(ByteBuffer.wrap(bytes, from, (int) Math.min(length, size - at)), offset + at);
                if (n < 0) {
                    throw new IOException("the file changed after it was read");
                }
                at += n;
                return n;
            }

            @Override
            public long skip(long n) {
                long skipped = Math.clamp(n, 0, size - at);
                at += skipped;
                return skipped;
            }
        };
    }
}
