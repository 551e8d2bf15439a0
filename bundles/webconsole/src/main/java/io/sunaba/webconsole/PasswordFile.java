package io.sunaba.webconsole;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file with a password and nothing else. It is read for each request: an edit applies at once.
final class PasswordFile {
    private static final Logger LOG = LoggerFactory.getLogger(PasswordFile.class);

    private static final String SCHEME = "Basic ";
    private static final int SHORTEST = 12;
    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE);

    private final Path file;

    PasswordFile(Path file) {
        this.file = requireNonNull(file, "file is null");
    }

    /// Returns whether a header `Authorization` of HTTP's scheme Basic has the password.
    boolean admits(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        try {
            String sent =
                    new String(
                            Base64.getDecoder().decode(header.substring(SCHEME.length()).strip()),
                            UTF_8);
            String password = sent.substring(sent.indexOf(':') + 1);
            return MessageDigest.isEqual(password.getBytes(UTF_8), password().getBytes(UTF_8));
        } catch (IOException e) {
            LOG.error("nobody can use the web console: {}: {}", file, e.getMessage());
        } catch (IllegalArgumentException _) {
            LOG.debug("a header Authorization is not in Base64");
        }
        return false;
    }

    private String password() throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("it does not exist");
        }
        if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException("it is open to others than its owner; chmod 600 " + file);
        }
        String password = Files.readString(file).strip();
        if (password.length() < SHORTEST) {
            throw new IOException("the password is shorter than " + SHORTEST + " characters");
        }
        return password;
    }
}
