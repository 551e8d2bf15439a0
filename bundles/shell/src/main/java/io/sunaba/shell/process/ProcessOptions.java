package io.sunaba.shell.process;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import java.util.List;

/// The options of commands that run a process or create a container.
public final class ProcessOptions {
    public static final Option ROOTFS =
            Option.value("rootfs", "DIR", "the container's root file system");
    public static final Option ENVIRONMENT =
            Option.values("env", "NAME=VALUE", "a variable of its environment");
    public static final Option USER =
            Option.value("user", "USER[:GROUP]", "who it runs as, by name or number (root)");
    public static final Option WORKING_DIRECTORY =
            Option.value("workdir", "DIR", "its working directory (/)");

    private ProcessOptions() {}

    /// Returns the process that a call asks for.
    public static ProcessConfig process(Call call) {
        Arguments arguments = call.arguments();
        return new ProcessConfig(
                arguments.program(),
                arguments.options(ENVIRONMENT.name()),
                arguments.option(WORKING_DIRECTORY.name()).orElse("/"),
                arguments
                        .option(USER.name())
                        .map(user -> new ProcessConfig.User(user, List.of()))
                        .orElse(ProcessConfig.User.ROOT),
                false,
                null,
                List.of(),
                false,
                0);
    }

    /// Returns the container that a call asks for.
    public static ContainerConfig container(Call call, String id) {
        String rootfs = call.arguments().requireOption(ROOTFS.name());
        return new ContainerConfig(id, new Rootfs.Packed(call.path(rootfs)), process(call));
    }
}
