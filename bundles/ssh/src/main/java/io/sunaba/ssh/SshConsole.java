package io.sunaba.ssh;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
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
@Component(
        name = SshConfig.PID,
        service = {},
        immediate = true,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class SshConsole {
    private static final Logger LOG = LoggerFactory.getLogger(SshConsole.class);

    private final ControlSocket socket;
    private @Nullable SshServer server;
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
            SshServer old = server;
            open(wanted);
            close(old);
        }
    }

    private void open(SshConfig config) {
        SshServer fresh = SshServer.setUpDefaultServer();
        fresh.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        fresh.setHost(config.address().getAddress().getHostAddress());
        fresh.setPort(config.address().getPort());
        fresh.setKeyPairProvider(KeyPairProvider.wrap(HostKey.open(config.hostKey())));
        fresh.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        fresh.setPublickeyAuthenticator(new AuthorizedKeys(config.authorizedKeys()));
        fresh.setSubsystemFactories(List.of());
        fresh.setShellFactory(_ -> new Conversation(socket, null));
        fresh.setCommandFactory((_, line) -> new Conversation(socket, line));
        try {
            fresh.start();
        } catch (IOException e) {
            close(fresh);
            throw new UnavailableException(
                    "%s: cannot listen at %s: %s"
                            .formatted(SshConfig.PID, config.address(), e.getMessage()),
                    e);
        }
        server = fresh;
        served = config;
        LOG.info("SSH is served at {}", config.address());
    }

    @Deactivate
    synchronized void close() {
        if (server != null) {
            close(server);
            server = null;
            served = null;
            LOG.info("SSH is not served any more");
        }
    }

    private static void close(@Nullable SshServer server) {
        if (server != null) {
            try {
                server.stop(true);
            } catch (IOException e) {
                LOG.warn("the SSH server did not stop in order", e);
            }
        }
    }

    private static Path place(BundleContext context, String property) {
        return Path.of(requireNonNull(context.getProperty(property), property + " is not set"));
    }
}
