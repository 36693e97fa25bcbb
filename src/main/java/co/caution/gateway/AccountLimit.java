package co.caution.gateway;

import co.caution.app.Apps;
import co.caution.client.Limit;
import co.caution.client.RateLimits;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Counts calls by account, wherever they come from, before it is asked whether they are permitted. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class AccountLimit implements HandlerInterceptor, WebMvcConfigurer {

    private final RateLimits limits;

    AccountLimit(RateLimits limits) {
        this.limits = limits;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).order(Ordered.HIGHEST_PRECEDENCE);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getDispatcherType() == DispatcherType.REQUEST && request.getAttribute(Apps.CALLER) instanceof UUID caller) {
            RouteLimits.of(request).ifPresent(limit -> limits.take(limit, caller).ifPresent(wait -> {
                throw new TooManyCallsException(limit, "your account", limits.ofAccount(limit), wait);
            }));
        }
        return true;
    }
}
