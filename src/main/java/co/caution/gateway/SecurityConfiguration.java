package co.caution.gateway;

import jakarta.servlet.DispatcherType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;

/** Who may call what: everything needs a token, but health, logging in and the challenge that anyone may send. */
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
                .authorizeHttpRequests(requests -> requests
                        // The second pass of a request that was answered with an error already.
                        .dispatcherTypeMatchers(DispatcherType.ERROR).permitAll()
                        .requestMatchers(HttpMethod.GET, "/health", "/health/live", "/health/ready").permitAll()
                        .requestMatchers(HttpMethod.GET, "/metrics").hasAnyAuthority(TokenFilter.METRICS, TokenFilter.ADMIN)
                        .requestMatchers(HttpMethod.POST, "/api/login", "/api/login/challenge").permitAll()
                        .requestMatchers(HttpMethod.POST, "/api/apps/{app}/attestation").permitAll()
                        .requestMatchers(HttpMethod.GET, "/.well-known/caution/**").permitAll()
                        .requestMatchers("/api/admin/**").hasAuthority(TokenFilter.ADMIN)
                        .anyRequest().hasAuthority(TokenFilter.USER))
                .exceptionHandling(errors -> errors.authenticationEntryPoint(problems).accessDeniedHandler(problems))
                .addFilterBefore(tokens, AnonymousAuthenticationFilter.class)
                .build();
    }
}
