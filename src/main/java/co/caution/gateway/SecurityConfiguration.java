package co.caution.gateway;

import jakarta.servlet.DispatcherType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;

/** What kind of token a call takes, from the table of routes; in an organization {@link Gate} decides. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    @Bean
    SecurityFilterChain security(HttpSecurity http, TokenFilter tokens, ProblemEntryPoint problems) {
        return http
                // Calls carry a token in a header, never a cookie: there is no session to ride on.
                .csrf(csrf -> csrf.disable())
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(cache -> cache.disable())
                .logout(logout -> logout.disable())
                .httpBasic(basic -> basic.disable())
                .formLogin(form -> form.disable())
                .headers(headers -> headers
                        .contentSecurityPolicy(csp -> csp.policyDirectives("default-src 'none'; frame-ancestors 'none'")))
                .authorizeHttpRequests(requests -> {
                    // The second pass of a request that was answered with an error already.
                    requests.dispatcherTypeMatchers(DispatcherType.ERROR).permitAll();
                    for (var route : Routes.ALL) {
                        var matching = requests.requestMatchers(route.method(), route.pattern());
                        switch (route.access()) {
                            case Access.Anyone _ -> matching.permitAll();
                            case Access.Operator _ -> matching.hasAuthority(TokenFilter.ADMIN);
                            case Access.Monitor _ -> matching.hasAnyAuthority(TokenFilter.METRICS, TokenFilter.ADMIN);
                            case Access.Oneself _, Access.Within _, Access.Wherever _ -> matching.hasAuthority(TokenFilter.USER);
                        }
                    }
                    requests.anyRequest().hasAuthority(TokenFilter.USER);
                })
                .exceptionHandling(errors -> errors.authenticationEntryPoint(problems).accessDeniedHandler(problems))
                .addFilterBefore(tokens, AnonymousAuthenticationFilter.class)
                .build();
    }
}
