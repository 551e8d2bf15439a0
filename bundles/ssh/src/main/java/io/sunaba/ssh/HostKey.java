package io.sunaba.ssh;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;

/// The key that the server is known by.
final class HostKey {
    private HostKey() {}

    /// Reads it, and makes it before if there is none.
    static KeyPair open(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            if (!Files.getPosixFilePermissions(file)
                    .equals(PosixFilePermissions.fromString("rw-------"))) {
                throw new UnavailableException(
                        "host.key %s must be readable and writable by its owner alone: chmod 600 %s"
                                .formatted(file, file));
            }
            try (InputStream in = Files.newInputStream(file)) {
                Iterable<KeyPair> found =
                        SecurityUtils.loadKeyPairIdentities(
                                null, NamedResource.ofName(file.toString()), in, null);
                for (KeyPair key : found == null ? List.<KeyPair>of() : found) {
                    return key;
                }
            }
            throw new UnavailableException(
                    "host.key " + file + " has no key; remove it for a new one");
        } catch (IOException | GeneralSecurityException e) {
            throw new UnavailableException(
                    "host.key %s cannot be read or made: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static void make(Path file) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        Path folder = file.getParent();
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Path fresh =
                Files.createTempFile(
                        folder,
                        "host-key",
                        ".tmp",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(fresh)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(
                    generator.generateKeyPair(), "sunaba", null, out);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
