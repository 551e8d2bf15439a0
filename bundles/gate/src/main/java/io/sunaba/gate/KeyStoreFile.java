package io.sunaba.gate;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/// A key store with the certificates that are trusted, read anew whenever it is wanted.
record KeyStoreFile(Path file, String password) {
    KeyStoreFile {
        requireNonNull(file, "file is null");
        requireNonNull(password, "password is null");
    }

    /// @throws UnavailableException if it cannot be read
    Set<X509Certificate> certificates() {
        try {
            if (!Files.isReadable(file)) {
                throw new UnavailableException("the key store " + file + " cannot be read");
            }
            KeyStore store = KeyStore.getInstance(file.toFile(), password.toCharArray());
            Set<X509Certificate> certificates = new HashSet<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                    certificates.add(certificate);
                }
            }
            return certificates;
        } catch (IOException | GeneralSecurityException e) {
            throw new UnavailableException(
                    "the key store %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
