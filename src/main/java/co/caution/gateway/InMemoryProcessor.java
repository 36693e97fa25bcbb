package co.caution.gateway;

import co.caution.words.Api;
import jakarta.servlet.ServletConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.Adapter;
import org.apache.coyote.ContinueResponseTiming;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.OutputBuffer;
import org.apache.juli.logging.Log;
import org.apache.juli.logging.LogFactory;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** One request to Tomcat and its answer, both in memory: what its HTTP does with a connection, without one. */
final class InMemoryProcessor extends AbstractProcessor implements InputBuffer, OutputBuffer {

    /** Lists are far from that; what is longer belongs into a file, and is fetched over HTTP. */
    private static final int LONGEST_ANSWER = 16 << 20;

    private static final Log LOG = LogFactory.getLog(InMemoryProcessor.class);

    private final ByteBuffer body;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private boolean tooLong;

    InMemoryProcessor(Adapter adapter, byte @Nullable [] body) {
        super(adapter);
        this.body = body == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(body);
        request.setInputBuffer(this);
        response.setOutputBuffer(this);
        if (body != null) {
            header("content-type", "application/json");
        }
        header("content-length", Integer.toString(this.body.remaining()));
        request.setContentLength(this.body.remaining());
    }

    private void header(String name, String value) {
        request.getMimeHeaders().setValue(name).setString(value);
    }

    Api.Answer answer(Api.Call call) throws IOException {
        int query = call.path().indexOf('?');
        String path = query < 0 ? call.path() : call.path().substring(0, query);
        request.setMethod(call.method());
        request.protocol().setString("HTTP/1.1");
        byte[] bytes = path.getBytes(StandardCharsets.US_ASCII);
        request.requestURI().setBytes(bytes, 0, bytes.length); // bytes: so that it is decoded and looked at as any other
        if (query >= 0) {
            request.queryString().setString(call.path().substring(query + 1));
        }
        header("host", request.serverName() + (request.getServerPort() < 0 ? "" : ":" + request.getServerPort()));
        request.markStartTime();
        try {
            adapter.service(request, response);
        } catch (Exception e) {
            throw new IOException("the call could not be made", e);
        }
        if (tooLong) {
            throw new IOException("the answer is too long to be given this way");
        }
        if (isAsync()) {
            throw new IOException("this call goes on after its answer, which needs a connection");
        }
        var headers = new HashMap<String, String>();
        for (var names = response.getMimeHeaders().names(); names.hasMoreElements();) {
            String name = names.nextElement();
            headers.put(name.toLowerCase(Locale.ROOT), response.getMimeHeaders().getHeader(name));
        }
        return new Api.Answer(response.getStatus(), headers, answer.toByteArray());
    }

    @Override
    public int doRead(ApplicationBufferHandler handler) {
        int length = body.remaining();
        handler.setByteBuffer(body.slice());
        body.position(body.limit());
        return length == 0 ? -1 : length;
    }

    @Override
    public int available() {
        return body.remaining();
    }

    @Override
    public int doWrite(ByteBuffer chunk) throws IOException {
        int length = chunk.remaining();
        if (answer.size() + length > LONGEST_ANSWER) {
            tooLong = true;
            throw new IOException("too long"); // to whoever writes: see answer()
        }
        var bytes = new byte[length];
        chunk.get(bytes);
        answer.writeBytes(bytes);
        return length;
    }

    @Override
    public long getBytesWritten() {
        return answer.size();
    }

    @Override
    protected void prepareResponse() {
        response.setCommitted(true);
    }

    @Override
    protected boolean isRequestBodyFullyRead() {
        return !body.hasRemaining();
    }

    @Override
    protected int available(boolean read) {
        return body.remaining();
    }

    @Override
    protected boolean getPopulateRequestAttributesFromSocket() {
        return false;
    }

    @Override
    protected boolean isReadyForWrite() {
        return true;
    }

    @Override
    protected Log getLog() {
        return LOG;
    }

    // Nothing of a connection is here to be told, flushed, waited for or ended.

    @Override
    protected void finishResponse() {}

    @Override
    protected void ack(ContinueResponseTiming timing) {}

    @Override
    protected void earlyHints() {}

    @Override
    protected void flush() {}

    @Override
    protected void setRequestBody(ByteChunk replayed) {}

    @Override
    protected void setSwallowResponse() {}

    @Override
    protected void disableSwallowRequest() {}

    @Override
    protected void registerReadInterest() {}

    @Override
    protected boolean isTrailerFieldsReady() {
        return true;
    }

    @Override
    protected ServletConnection getServletConnection() {
        throw new UnsupportedOperationException("there is no connection");
    }

    @Override
    protected boolean flushBufferedWrite() {
        return false;
    }

    @Override
    protected SocketState dispatchEndRequest() {
        return SocketState.CLOSED;
    }

    @Override
    protected SocketState service(SocketWrapperBase<?> socket) {
        throw new UnsupportedOperationException("there is no connection");
    }

    @Override
    public void pause() {}
}
