package io.sunaba.webconsole;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.felix.webconsole.spi.SecurityProvider;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/// Lets into the web console whoever knows the password, under any user name.
@Component(property = SecurityProvider.PROPERTY_ID + "=io.sunaba.webconsole")
public final class WebConsoleLogin implements SecurityProvider {
    private final PasswordFile passwords;

    @Activate
    public WebConsoleLogin(BundleContext context) {
        String home = requireNonNull(context.getProperty("sunaba.home"), "sunaba.home is not set");
        passwords = new PasswordFile(Path.of(home, "etc", "webconsole.password"));
    }

    @Override
    public @Nullable Object authenticate(HttpServletRequest request, HttpServletResponse response) {
        if (passwords.admits(request.getHeader("Authorization"))) {
            return "operator";
        }
        response.setHeader("WWW-Authenticate", "Basic realm=\"Sunaba\", charset=\"UTF-8\"");
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setContentLength(0);
        try {
            response.flushBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException("whoever asked is gone", e);
        }
        return null;
    }

    /// Whoever is in may do everything.
    @Override
    public boolean authorize(Object user, String role) {
        return true;
    }

    /// There are no sessions.
    @Override
    public void logout(HttpServletRequest request, HttpServletResponse response) {}
}
