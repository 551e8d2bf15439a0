package io.sunaba.ssh;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A valid configuration.
///
/// @param address where to listen
/// @param authorizedKeys the file of the public keys that may log in
/// @param hostKey the file of the server's private key
record SshConfig(boolean enabled, InetSocketAddress address, Path authorizedKeys, Path hostKey) {
    static final String PID = "io.sunaba.ssh";

    SshConfig {
        requireNonNull(address, "address is null");
        requireNonNull(authorizedKeys, "authorizedKeys is null");
        requireNonNull(hostKey, "hostKey is null");
    }

    /// @throws RejectedException if a value breaks a rule; the message names both
    static SshConfig of(SshSettings settings) {
        try {
            return new SshConfig(
                    Boolean.parseBoolean(settings.enabled()),
                    new InetSocketAddress(
                            InetAddress.ofLiteral(settings.address()), settings.port()),
                    path("authorized.keys", settings.authorized_keys()),
                    path("host.key", settings.host_key()));
        } catch (IllegalArgumentException e) {
            throw new RejectedException(PID + ": " + e.getMessage(), e);
        }
    }

    // Declarative Services returns null for what is not configured.
    private static Path path(String key, @Nullable String value) {
        Path path = Path.of(value == null ? "" : value);
        if (!path.isAbsolute()) {
            throw new RejectedException(
                    "%s: %s is '%s': it must be an absolute path".formatted(PID, key, path));
        }
        return path;
    }
}
