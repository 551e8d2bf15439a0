package io.sunaba.ssh;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.util.List;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SSH, served at one address.
final class SshService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SshService.class);

    private final SshServer server;

    private SshService(SshServer server) {
        this.server = server;
    }

    /// @throws UnavailableException if nobody can listen at the address
    static SshService open(SshConfig config, ControlSocket socket) {
        SshServer server = SshServer.setUpDefaultServer();
        server.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        server.setHost(config.address().getAddress().getHostAddress());
        server.setPort(config.address().getPort());
        server.setKeyPairProvider(KeyPairProvider.wrap(HostKey.open(config.hostKey())));
        server.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        server.setPublickeyAuthenticator(new AuthorizedKeys(config.authorizedKeys()));
        server.setSubsystemFactories(List.of());
        server.setShellFactory(_ -> new Conversation(socket, null));
        server.setCommandFactory((_, line) -> new Conversation(socket, line));
        SshService service = new SshService(server);
        try {
            server.start();
        } catch (IOException e) {
            service.close();
            throw new UnavailableException(
                    "%s: cannot listen at %s: %s"
                            .formatted(SshConfig.PID, config.address(), e.getMessage()),
                    e);
        }
        return service;
    }

    @Override
    public void close() {
        try {
            server.stop(true);
        } catch (IOException e) {
            LOG.warn("the SSH server did not stop in order", e);
        }
    }
}
