package io.sunaba.shell.process;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import java.util.function.Supplier;

/// The options of commands that create a container. Of a container from a bundle, they change what
/// the bundle says.
public final class ContainerOptions {
    private static final Option ROOTFS =
            Option.value("rootfs", "DIR", "the container's root file system");
    private static final Option BUNDLE =
            Option.value("bundle", "DIR", "an OCI bundle, instead of --rootfs and a command");
    private static final Option HOSTNAME =
            Option.value("hostname", "NAME", "a host name of its own (the sandbox's)");
    private static final Option READ_ONLY =
            Option.flag("read-only", "it may not write to its root file system");

    private ContainerOptions() {}

    public static Option[] all() {
        return new Option[] {
            ROOTFS,
            BUNDLE,
            HOSTNAME,
            READ_ONLY,
            ProcessOptions.ENVIRONMENT,
            ProcessOptions.USER,
            ProcessOptions.WORKING_DIRECTORY,
            ProcessOptions.TTY,
            CapabilityOptions.ADD,
            CapabilityOptions.DROP
        };
    }

    /// Returns the container that a call asks for, without limits of its own.
    ///
    /// @param bundles reads bundles, or fails if nobody does just now
    public static ContainerConfig container(Call call, String id, Supplier<OciBundles> bundles)
            throws InterruptedException {
        ContainerConfig base = base(call, id, bundles);
        Arguments arguments = call.arguments();
        return new ContainerConfig(
                base.id(),
                base.rootfs(),
                base.readOnlyRootfs() || arguments.flag(READ_ONLY.name()),
                ProcessOptions.changed(call, base.process()),
                arguments.option(HOSTNAME.name()).orElse(base.hostname()),
                base.mounts(),
                base.resources(),
                base.maskedPaths(),
                base.readOnlyPaths(),
                base.sysctls(),
                base.seccomp(),
                base.bare(),
                base.annotations());
    }

    private static ContainerConfig base(Call call, String id, Supplier<OciBundles> bundles) {
        Arguments arguments = call.arguments();
        if (!arguments.flag(BUNDLE.name())) {
            if (!arguments.flag(ROOTFS.name())) {
                throw arguments.wrong("--rootfs or --bundle is missing");
            }
            String rootfs = arguments.requireOption(ROOTFS.name());
            return new ContainerConfig(
                    id,
                    new Rootfs.Packed(call.path(rootfs)),
                    new ProcessConfig(arguments.requireProgram()));
        }
        if (arguments.flag(ROOTFS.name())) {
            throw arguments.wrong("--bundle and --rootfs exclude each other");
        }
        if (!arguments.program().isEmpty()) {
            throw arguments.wrong("--bundle and a command exclude each other");
        }
        return bundles.get().read(id, call.path(arguments.requireOption(BUNDLE.name())));
    }
}
