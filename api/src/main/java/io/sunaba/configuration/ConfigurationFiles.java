package io.sunaba.configuration;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/// The files of `etc/` that configure bundles, as a service. May be called from any thread; does
/// not block.
@ProviderType
public interface ConfigurationFiles {
    /// Returns what is wrong with them, by file. Empty if all that they say is in force.
    List<ConfigurationProblem> problems();
}
