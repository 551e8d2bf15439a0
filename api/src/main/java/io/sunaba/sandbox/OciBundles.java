package io.sunaba.sandbox;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/// Reads OCI bundles: directories with a root file system and a `config.json` that says what
/// container it is to become (OCI runtime specification 1.x). An OSGi service.
///
/// What is read is a [ContainerConfig] like any other: nothing of the bundle but its root file
/// system is needed afterwards. Units are those of the specification: bytes and microseconds.
///
/// May be called from any thread.
@ProviderType
public interface OciBundles {
    /// Reads a bundle. What its configuration asks for is in the result or is refused by name; what
    /// is there and means nothing (null, empty, zero, false) is passed over.
    ///
    /// A container of a bundle is [bare][ContainerConfig#bare()]: it has the mounts and paths of
    /// its configuration and no others.
    ///
    /// @param containerId the id of the container to be
    /// @param bundle the directory
    /// @throws io.sunaba.error.RejectedException if there is no `config.json`, it is malformed, or
    ///   it asks for what is not supported; the message is one line that names the file and the
    ///   property, such as `/b/config.json: linux.devices is not supported`
    ContainerConfig read(String containerId, Path bundle);
}
