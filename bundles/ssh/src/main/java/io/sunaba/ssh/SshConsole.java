package io.sunaba.ssh;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves SSH where the configuration says. One that names a port which is taken is told in the
/// log, and the one before stays in force.
///
/// Knows nothing of the SSH library, which is not loaded before it is needed.
@Component(
        name = SshConfig.PID,
        service = {},
        immediate = true,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class SshConsole {
    private static final Logger LOG = LoggerFactory.getLogger(SshConsole.class);

    private final ControlSocket socket;
    private @Nullable SshService server;
    private @Nullable SshConfig served;

    @Activate
    public SshConsole(BundleContext context, SshSettings settings) {
        this(
                new ControlSocket(
                        place(context, "sunaba.run").resolve("control.sock"),
                        place(context, "sunaba.data")));
        modified(settings);
    }

    SshConsole(ControlSocket socket) {
        this.socket = requireNonNull(socket, "socket is null");
    }

    @Modified
    void modified(SshSettings settings) {
        try {
            apply(SshConfig.of(settings));
        } catch (SunabaException e) {
            LOG.error("{}", e.getMessage());
        }
    }

    synchronized void apply(SshConfig wanted) {
        if (wanted.equals(served)) {
            return;
        }
        SshConfig before = served;
        if (!wanted.enabled()) {
            close();
        } else if (before != null && before.address().equals(wanted.address())) {
            // The address has to be free first.
            close();
            open(wanted);
        } else {
            SshService old = server;
            open(wanted);
            if (old != null) {
                old.close();
            }
        }
    }

    private void open(SshConfig config) {
        server = SshService.open(config, socket);
        served = config;
        LOG.info("SSH is served at {}", config.address());
    }

    @Deactivate
    synchronized void close() {
        if (server != null) {
            server.close();
            server = null;
            served = null;
            LOG.info("SSH is not served any more");
        }
    }

    private static Path place(BundleContext context, String property) {
        return Path.of(requireNonNull(context.getProperty(property), property + " is not set"));
    }
}
