package io.sunaba.shell.container;

import io.sunaba.sandbox.Resources;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.UsageException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The options that limit what a container may use.
final class ResourceOptions {
    private static final Option SHARES =
            Option.value("cpu-shares", "NUMBER", "its weight against other containers (1024)");
    private static final Option QUOTA =
            Option.value("cpu-quota", "MICROS", "CPU time per period; -1 for no limit");
    private static final Option PERIOD =
            Option.value("cpu-period", "MICROS", "the period of the quota (100000)");
    private static final Option CPUS =
            Option.value("cpuset-cpus", "LIST", "the CPUs it may use, such as 0-1,3");
    private static final Option MEMORY =
            Option.value("memory-limit", "SIZE", "memory, such as 64M; -1 for no limit");
    private static final Option PROCESSES =
            Option.value("pids-limit", "NUMBER", "processes and threads; -1 for no limit");

    static final Option[] ALL = {SHARES, QUOTA, PERIOD, CPUS, MEMORY, PROCESSES};

    private ResourceOptions() {}

    /// Returns the limits that a call asks for; there must be one.
    static Resources required(Call call) {
        Arguments arguments = call.arguments();
        Resources resources =
                new Resources(
                        number(arguments, SHARES),
                        number(arguments, QUOTA),
                        number(arguments, PERIOD),
                        arguments.option(CPUS.name()).orElse(null),
                        memory(arguments),
                        number(arguments, PROCESSES));
        if (resources.equals(Resources.UNCHANGED)) {
            throw new UsageException(
                    "container:update: nothing to change; give one of "
                            + Arrays.stream(ALL)
                                    .map(option -> "--" + option.name())
                                    .collect(Collectors.joining(" ")));
        }
        return resources;
    }

    private static @Nullable Long number(Arguments arguments, Option option) {
        return arguments.number(option.name()).orElse(null);
    }

    private static @Nullable Long memory(Arguments arguments) {
        if (arguments.option(MEMORY.name()).filter("-1"::equals).isPresent()) {
            return -1L;
        }
        return arguments.size(MEMORY.name()).orElse(null);
    }
}
