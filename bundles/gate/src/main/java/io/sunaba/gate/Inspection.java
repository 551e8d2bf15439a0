package io.sunaba.gate;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;
import io.sunaba.trust.BundleSignature;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/// Looks into bundles. What is found in one is remembered until it is updated; whom to trust is
/// asked each time.
final class Inspection {
    private static final String REFERENCE = "reference:";

    /// A bundle as it was at a time.
    private record Key(long bundleId, long lastModified) {
        static Key of(Bundle bundle) {
            return new Key(bundle.getBundleId(), bundle.getLastModified());
        }
    }

    private final Path system;
    private final Path scratch;
    private final InstantSource clock;
    private final Map<Key, Boolean> asTheyCame = new ConcurrentHashMap<>();
    private final Map<Key, Signers> signers = new ConcurrentHashMap<>();

    /// @param system the directory of the platform's own bundles
    /// @param scratch a directory for temporary files
    Inspection(Path system, Path scratch, InstantSource clock) {
        this.system = requireNonNull(system, "system is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    void forget(Bundle bundle) {
        asTheyCame.keySet().removeIf(key -> key.bundleId() == bundle.getBundleId());
        signers.keySet().removeIf(key -> key.bundleId() == bundle.getBundleId());
    }

    BundleSignature signature(Bundle bundle, KeyStoreFile store) {
        if (isOwn(bundle)) {
            return new BundleSignature(true, Optional.empty(), Optional.empty());
        }
        if (bundle.getLocation().startsWith(REFERENCE) && asItCame(bundle)) {
            return new BundleSignature(
                    false,
                    Optional.empty(),
                    Optional.of("its file is used where it is, and may change unseen"));
        }
        Signers found = signers.computeIfAbsent(Key.of(bundle), _ -> read(bundle));
        if (found.all().isEmpty()) {
            return new BundleSignature(false, Optional.empty(), found.flaw());
        }
        return judged(found, store);
    }

    private BundleSignature judged(Signers found, KeyStoreFile store) {
        CodeSigner first = found.all().getFirst();
        Optional<String> flaw;
        try {
            TrustedCertificates trusted =
                    new TrustedCertificates(
                            store.toString(), store.certificates(), Date.from(clock.instant()));
            for (CodeSigner signer : found.all()) {
                if (trusted.flaw(signer).isEmpty()) {
                    return new BundleSignature(
                            false, Optional.of(TrustedCertificates.name(signer)), Optional.empty());
                }
            }
            flaw = trusted.flaw(first);
        } catch (UnavailableException e) {
            flaw = Optional.of(String.valueOf(e.getMessage()));
        }
        return new BundleSignature(false, Optional.of(TrustedCertificates.name(first)), flaw);
    }

    private Signers read(Bundle bundle) {
        try {
            Path jar = Files.createTempFile(Files.createDirectories(scratch), "bundle", ".jar");
            try {
                new BundleContent(bundle).writeTo(jar);
                return Signers.of(jar);
            } finally {
                Files.delete(jar);
            }
        } catch (IOException e) {
            throw new UnavailableException(
                    "bundle %s cannot be read: %s".formatted(bundle.getSymbolicName(), e), e);
        }
    }

    /// Tells whether a bundle came with the platform, and is as it came: one that was updated from
    /// elsewhere has kept its location.
    boolean isOwn(Bundle bundle) {
        if (bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
            return true;
        }
        return isFromSystem(bundle) && asItCame(bundle);
    }

    /// Tells whether a bundle was installed from the platform's own directory, whatever it is now.
    boolean isFromSystem(Bundle bundle) {
        return file(bundle).filter(it -> it.startsWith(system)).isPresent();
    }

    /// Tells whether a bundle is what is in the file that it came from.
    private boolean asItCame(Bundle bundle) {
        return asTheyCame.computeIfAbsent(Key.of(bundle), _ -> compared(bundle));
    }

    private static boolean compared(Bundle bundle) {
        Optional<Path> file = file(bundle);
        try {
            return file.isPresent() && new BundleContent(bundle).equalTo(file.get());
        } catch (IOException e) {
            throw new UnavailableException(
                    "bundle %s cannot be read: %s".formatted(bundle.getSymbolicName(), e), e);
        }
    }

    private static Optional<Path> file(Bundle bundle) {
        String location = bundle.getLocation();
        if (location.startsWith(REFERENCE)) {
            location = location.substring(REFERENCE.length());
        }
        if (!location.startsWith("file:")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(URI.create(location)).normalize());
        } catch (IllegalArgumentException | FileSystemNotFoundException _) {
            return Optional.empty();
        }
    }
}
