package io.sunaba.trust;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/// Who signed a bundle.
///
/// @param own whether it is one of those that came with the platform, and is as it came
/// @param signer the subject of the certificate that it was signed with
/// @param flaw why it is not trusted, in one line; also when trust is not asked for
public record BundleSignature(boolean own, Optional<String> signer, Optional<String> flaw) {
    public BundleSignature {
        requireNonNull(signer, "signer is null");
        requireNonNull(flaw, "flaw is null");
    }
}
