package io.sunaba.agent.kata;

import static java.util.Objects.requireNonNullElse;

import io.sunaba.error.RejectedException;
import io.sunaba.guest.protocol.Box;
import io.sunaba.guest.protocol.LinuxCapabilities;
import io.sunaba.guest.protocol.POSIXRlimit;
import io.sunaba.guest.protocol.Process;
import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ProcessConfig;

/// Builds the process part of an OCI runtime configuration.
final class OciProcess {
    private static final String PATH =
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private OciProcess() {}

    static Process of(ProcessConfig config) {
        if (config.arguments().isEmpty() || config.arguments().getFirst().isEmpty()) {
            throw new RejectedException("arguments of a process are empty: name a program");
        }
        Process.Builder process =
                Process.newBuilder()
                        .setTerminal(config.terminal())
                        .setUser(OciUser.numbers(config.user()))
                        .addAllArgs(config.arguments())
                        .setCwd(config.workingDirectory())
                        .setCapabilities(
                                message(
                                        requireNonNullElse(
                                                config.capabilities(), Capabilities.USUAL)))
                        .setNoNewPrivileges(config.noNewPrivileges())
                        .setOOMScoreAdj(config.oomScoreAdjustment());
        if (lacks(config, "PATH=")) {
            process.addEnv(PATH);
        }
        if (config.terminalSize() != null) {
            process.setConsoleSize(
                    Box.newBuilder()
                            .setHeight(config.terminalSize().rows())
                            .setWidth(config.terminalSize().columns()));
        }
        if (config.terminal() && lacks(config, "TERM=")) {
            process.addEnv("TERM=xterm");
        }
        process.addAllEnv(config.environment());
        for (ProcessConfig.ResourceLimit limit : config.resourceLimits()) {
            process.addRlimits(
                    POSIXRlimit.newBuilder()
                            .setType(limit.type())
                            .setHard(limit.hard())
                            .setSoft(limit.soft()));
        }
        return process.build();
    }

    private static boolean lacks(ProcessConfig config, String prefix) {
        return config.environment().stream().noneMatch(entry -> entry.startsWith(prefix));
    }

    private static LinuxCapabilities message(Capabilities capabilities) {
        return LinuxCapabilities.newBuilder()
                .addAllBounding(capabilities.bounding())
                .addAllEffective(capabilities.effective())
                .addAllPermitted(capabilities.permitted())
                .addAllInheritable(capabilities.inheritable())
                .addAllAmbient(capabilities.ambient())
                .build();
    }
}
