package io.sunaba.gate;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/// Which bundles are let in.
///
/// @param required whether they must be signed by a certificate of the key store
/// @param keyStore the key store
record Policy(boolean required, KeyStoreFile keyStore) {
    static final String PID = "io.sunaba.trust";

    private static final String REQUIRED = "required";
    private static final String KEY_STORE = "keystore";
    private static final String PASSWORD = "keystore.password";
    private static final Set<String> KEYS = Set.of(REQUIRED, KEY_STORE, PASSWORD);

    Policy {
        requireNonNull(keyStore, "keyStore is null");
    }

    /// @throws RejectedException if a value breaks a rule; names key, value and rule
    static Policy of(Map<String, ?> settings) {
        for (String key : settings.keySet()) {
            // What OSGi and the reader of files add to every configuration.
            boolean added = key.startsWith("service.") || key.startsWith(".");
            if (!added && !KEYS.contains(key)) {
                throw new RejectedException(
                        key
                                + " is no property of "
                                + PID
                                + ": there are "
                                + String.join(", ", KEYS.stream().sorted().toList()));
            }
        }
        String required = text(settings, REQUIRED, "false");
        if (!required.equals("true") && !required.equals("false")) {
            throw new RejectedException(
                    REQUIRED + " is '" + required + "': it must be true or false");
        }
        String file = text(settings, KEY_STORE, "");
        if (required.equals("true") && file.isEmpty()) {
            throw new RejectedException(KEY_STORE + " is '': it must be set to a file");
        }
        try {
            return new Policy(
                    required.equals("true"),
                    new KeyStoreFile(Path.of(file), text(settings, PASSWORD, "changeit")));
        } catch (InvalidPathException e) {
            throw new RejectedException(KEY_STORE + " is '" + file + "': it must be a path", e);
        }
    }

    private static String text(Map<String, ?> settings, String key, String usual) {
        Object value = settings.get(key);
        return value == null ? usual : value.toString().strip();
    }
}
