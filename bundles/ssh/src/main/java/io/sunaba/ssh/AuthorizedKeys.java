package io.sunaba.ssh;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Set;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets those in whose public key stands in a file. The file is read for each of them: an edit
/// applies at once.
final class AuthorizedKeys implements PublickeyAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorizedKeys.class);

    private final Path file;

    AuthorizedKeys(Path file) {
        this.file = requireNonNull(file, "file is null");
    }

    @Override
    public boolean authenticate(String user, PublicKey key, ServerSession session) {
        String fingerprint = KeyUtils.getFingerPrint(key);
        try {
            boolean known = knows(key);
            LOG.debug("{} of {} is {}", fingerprint, session.getClientAddress(), known);
            return known;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            LOG.error("nobody can log in by SSH: {} cannot be used: {}", file, e.toString());
            return false;
        }
    }

    private boolean knows(PublicKey key) throws IOException, GeneralSecurityException {
        if (!Files.exists(file)) {
            throw new IOException("it does not exist");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("others than its owner may write to it; chmod go-w " + file);
        }
        for (AuthorizedKeyEntry entry : AuthorizedKeyEntry.readAuthorizedKeys(file)) {
            PublicKey known = entry.resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
            if (known != null && KeyUtils.compareKeys(known, key)) {
                return true;
            }
        }
        return false;
    }
}
