package io.sunaba.agent.kata;

import io.sunaba.error.RejectedException;
import io.sunaba.guest.protocol.LinuxCapabilities;
import io.sunaba.guest.protocol.POSIXRlimit;
import io.sunaba.guest.protocol.Process;
import io.sunaba.sandbox.ProcessConfig;
import java.util.List;

/// Builds the process part of an OCI runtime configuration.
final class OciProcess {
    /// What a process has that asks for nothing else (source: Docker, default capabilities).
    static final List<String> USUAL_CAPABILITIES =
            List.of(
                    "CAP_AUDIT_WRITE",
                    "CAP_CHOWN",
                    "CAP_DAC_OVERRIDE",
                    "CAP_FOWNER",
                    "CAP_FSETID",
                    "CAP_KILL",
                    "CAP_MKNOD",
                    "CAP_NET_BIND_SERVICE",
                    "CAP_NET_RAW",
                    "CAP_SETFCAP",
                    "CAP_SETGID",
                    "CAP_SETPCAP",
                    "CAP_SETUID",
                    "CAP_SYS_CHROOT");

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
                        .setCapabilities(capabilities(config))
                        .setNoNewPrivileges(config.noNewPrivileges());
        if (lacks(config, "PATH=")) {
            process.addEnv(PATH);
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

    private static LinuxCapabilities capabilities(ProcessConfig config) {
        List<String> given = config.capabilities();
        List<String> capabilities = given == null ? USUAL_CAPABILITIES : given;
        return LinuxCapabilities.newBuilder()
                .addAllBounding(capabilities)
                .addAllEffective(capabilities)
                .addAllPermitted(capabilities)
                .build();
    }
}
