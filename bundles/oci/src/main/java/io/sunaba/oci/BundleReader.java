package io.sunaba.oci;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.Rootfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Component;

/// Reads bundles from directories of the host.
@Component
public final class BundleReader implements OciBundles {
    /// Within a major version, what is new is a new property, and those that are not known are
    /// refused.
    private static final Pattern VERSION = Pattern.compile("1\\.\\d+\\.\\d+([-+].*)?");

    @Override
    public ContainerConfig read(String containerId, Path bundle) {
        requireNonNull(containerId, "containerId is null");
        Property config = ConfigFile.read(bundle.resolve("config.json"));
        config.allow("ociVersion", "process", "root", "hostname", "mounts", "linux", "annotations");
        Property version = config.member("ociVersion");
        if (!VERSION.matcher(version.requireText()).matches()) {
            throw version.mustBe("a version 1.x.y");
        }
        Property root = config.require("root").allow("path", "readonly");
        LinuxPart linux = LinuxPart.read(config.require("linux"));
        String hostname = config.member("hostname").text("");
        return new ContainerConfig(
                containerId,
                rootfs(bundle, root.member("path")),
                root.member("readonly").flag(),
                ProcessPart.read(config.require("process")),
                linux.hostname(hostname.isEmpty() ? null : hostname, config.member("hostname")),
                MountsPart.read(config.member("mounts")),
                linux.resources(),
                linux.maskedPaths(),
                linux.readOnlyPaths(),
                linux.sysctls(),
                linux.seccomp(),
                true,
                config.member("annotations").textsByName());
    }

    private static Rootfs rootfs(Path bundle, Property path) {
        Path directory = bundle.resolve(path.requireText()).toAbsolutePath().normalize();
        if (!Files.isDirectory(directory)) {
            throw path.mustBe("a directory, and " + directory + " is none");
        }
        return new Rootfs.Packed(directory);
    }
}
