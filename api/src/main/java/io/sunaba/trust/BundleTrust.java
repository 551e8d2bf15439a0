package io.sunaba.trust;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// Tells who signed the bundles of this framework, and what keeps those out that are not let in. An
/// OSGi service of the platform; bundles are named by their ids in the framework.
///
/// May be called from any thread.
@ProviderType
public interface BundleTrust {
    /// Tells who signed a bundle. Reads it whole.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is no such bundle
    /// @throws io.sunaba.error.UnavailableException if it cannot be read
    BundleSignature signature(long bundleId);

    /// Returns why a bundle is not let in, in one line: because it is not trusted, or because it
    /// needs what is not there. Nothing if it is in.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is no such bundle
    Optional<String> problem(long bundleId);

    /// Returns the bundles that are not trusted, with the reason: a line each.
    List<String> refusals();
}
