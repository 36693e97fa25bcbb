package co.caution.gateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * One transaction around a whole call: what its handler does, and what is checked before or written down about it. Nothing of
 * the answer is sent before that is committed; an answer that is no success leaves nothing behind.
 */
final class CallTransaction {

    /** What is done in the transaction after the handler has succeeded. */
    interface Afterwards {
        void run(int status, String body);
    }

    private static final String ATTRIBUTE = CallTransaction.class.getName();

    private final PlatformTransactionManager transactions;
    private final ContentCachingResponseWrapper answer;
    private @Nullable TransactionStatus open;
    private @Nullable Afterwards afterwards;

    private CallTransaction(PlatformTransactionManager transactions, ContentCachingResponseWrapper answer) {
        this.transactions = transactions;
        this.answer = answer;
    }

    static CallTransaction of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof CallTransaction here) {
            return here;
        }
        throw new IllegalStateException("no transaction was prepared for this call");
    }

    /** Handles the call; whether a transaction is begun is for those on the way to the handler to say. */
    static void around(HttpServletRequest request, HttpServletResponse response, FilterChain chain, PlatformTransactionManager transactions)
            throws ServletException, IOException {
        var answer = new ContentCachingResponseWrapper(response);
        var here = new CallTransaction(transactions, answer);
        request.setAttribute(ATTRIBUTE, here);
        try {
            chain.doFilter(request, answer);
            here.finish();
        } finally {
            here.rollBack();
        }
        answer.copyBodyToResponse();
    }

    void begin() {
        open = transactions.getTransaction(new DefaultTransactionDefinition());
    }

    void afterwards(Afterwards what) {
        afterwards = what;
    }

    private void finish() {
        if (open == null || answer.getStatus() / 100 != 2 || open.isRollbackOnly()) {
            return;
        }
        if (afterwards != null) {
            afterwards.run(answer.getStatus(), new String(answer.getContentAsByteArray(), StandardCharsets.UTF_8));
        }
        TransactionStatus done = open;
        open = null;
        transactions.commit(done);
    }

    void rollBack() {
        if (open != null) {
            TransactionStatus undone = open;
            open = null;
            transactions.rollback(undone);
        }
    }
}
