package io.sunaba.shell.container;

import io.sunaba.sandbox.Resources;
import io.sunaba.shell.command.Arguments;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.UsageException;
import java.math.BigDecimal;
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

    private static final Option TIME =
            Option.value("cpus", "NUMBER", "CPU time: 1.5 is that of one and a half CPUs");

    private static final long USUAL_PERIOD_MICROS = 100_000;

    static final Option[] ALL = {TIME, SHARES, QUOTA, PERIOD, CPUS, MEMORY, PROCESSES};

    private ResourceOptions() {}

    /// Returns limits with what a call asks for instead.
    static Resources changed(Arguments arguments, Resources old) {
        Long period = number(arguments, PERIOD, old.cpuPeriodMicros());
        Long quota = number(arguments, QUOTA, old.cpuQuotaMicros());
        if (arguments.flag(TIME.name())) {
            if (arguments.flag(QUOTA.name())) {
                throw arguments.wrong("--cpus and --cpu-quota exclude each other");
            }
            period = period == null ? USUAL_PERIOD_MICROS : period;
            quota = time(arguments).multiply(BigDecimal.valueOf(period)).longValue();
        }
        return new Resources(
                number(arguments, SHARES, old.cpuShares()),
                quota,
                period,
                arguments.option(CPUS.name()).orElse(old.cpus()),
                memory(arguments, old.memoryLimitBytes()),
                number(arguments, PROCESSES, old.processLimit()));
    }

    /// Returns the limits that a call asks for; there must be one.
    static Resources required(Call call) {
        Resources resources = changed(call.arguments(), Resources.UNCHANGED);
        if (resources.equals(Resources.UNCHANGED)) {
            throw new UsageException(
                    "container:update: nothing to change; give one of "
                            + Arrays.stream(ALL)
                                    .map(option -> "--" + option.name())
                                    .collect(Collectors.joining(" ")));
        }
        return resources;
    }

    private static @Nullable Long number(Arguments arguments, Option option, @Nullable Long old) {
        return arguments.number(option.name()).orElse(old);
    }

    private static @Nullable Long memory(Arguments arguments, @Nullable Long old) {
        if (arguments.option(MEMORY.name()).filter("-1"::equals).isPresent()) {
            return -1L;
        }
        return arguments.size(MEMORY.name()).orElse(old);
    }

    private static BigDecimal time(Arguments arguments) {
        String text = arguments.requireOption(TIME.name());
        if (!text.matches("[0-9]{1,4}(\\.[0-9]{1,4})?") || new BigDecimal(text).signum() == 0) {
            throw arguments.wrong("--cpus %s: not a number such as 1.5".formatted(text));
        }
        return new BigDecimal(text);
    }
}
