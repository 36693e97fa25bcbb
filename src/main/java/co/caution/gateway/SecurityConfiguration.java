package co.caution.gateway;

import co.caution.app.PlatformSettings;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** What kind of token a call takes, from the table of routes; in an organization {@link Gate} decides. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    /** Pages get what this server has beside them, and nothing that stands in them or elsewhere. */
    static final String CONTENT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
            + " form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    /** What no table could hold is in no parameter either. */
    @Bean
    HttpFirewall firewall() {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowedParameterValues(StrictJson::storable);
        // No address takes QUERY: it is answered as every other method that one does not take, 405 with those that it does.
        firewall.setAllowedHttpMethods(List.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"));
        return firewall;
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http, PlatformSettings settings, TokenFilter tokens, SessionFilter sessions,
            ActorFilter actors, WholeCallFilter whole,
            ProblemEntryPoint problems) {
        return http
                // A token in a header cannot be ridden on; for the cookie SessionFilter asks where a call comes from.
                .csrf(csrf -> csrf.disable())
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(cache -> cache.disable())
                .logout(logout -> logout.disable())
                .httpBasic(basic -> basic.disable())
                .formLogin(form -> form.disable())
                .headers(headers -> headers
                        .contentSecurityPolicy(csp -> csp.policyDirectives(CONTENT))
                        // By what people call it: TLS may end in a proxy. Not for names below it, which may be plain HTTP: apps'.
                        .httpStrictTransportSecurity(https -> https.requestMatcher(request -> settings.publicUrl().startsWith("https:"))
                                .includeSubDomains(false).maxAgeInSeconds(Duration.ofDays(365).toSeconds()))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
                        .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN)))
                .authorizeHttpRequests(requests -> {
                    // The second pass of a request that was answered with an error already.
                    requests.dispatcherTypeMatchers(DispatcherType.ERROR).permitAll();
                    for (var route : Routes.ALL) {
                        // HEAD is answered by what answers GET, and so is for the same people.
                        for (var method : route.method() == HttpMethod.GET ? List.of(HttpMethod.GET, HttpMethod.HEAD) : List.of(route.method())) {
                            var matching = requests.requestMatchers(method, route.pattern());
                            switch (route.access()) {
                                case Access.Anyone _ -> matching.permitAll();
                                case Access.Operator _ -> matching.hasAuthority(TokenFilter.ADMIN);
                                case Access.Monitor _ -> matching.hasAnyAuthority(TokenFilter.METRICS, TokenFilter.ADMIN);
                                case Access.Oneself _, Access.Within _, Access.Wherever _ -> matching.hasAuthority(TokenFilter.USER);
                            }
                        }
                    }
                    requests.anyRequest().hasAuthority(TokenFilter.USER);
                })
                .exceptionHandling(errors -> errors.authenticationEntryPoint(problems).accessDeniedHandler(problems))
                .addFilterBefore(tokens, AnonymousAuthenticationFilter.class)
                .addFilterAfter(sessions, TokenFilter.class)
                .addFilterAfter(actors, SessionFilter.class)
                .addFilterAfter(whole, AuthorizationFilter.class)
                .build();
    }
}
