package io.sunaba.agent.kata;

import io.sunaba.guest.protocol.LinuxSeccomp;
import io.sunaba.guest.protocol.LinuxSeccompArg;
import io.sunaba.guest.protocol.LinuxSyscall;
import io.sunaba.sandbox.Seccomp;

/// Builds the seccomp part of an OCI runtime configuration.
final class OciSeccomp {
    private OciSeccomp() {}

    static LinuxSeccomp of(Seccomp seccomp) {
        LinuxSeccomp.Builder built =
                LinuxSeccomp.newBuilder()
                        .setDefaultAction(seccomp.defaultAction())
                        .addAllArchitectures(seccomp.architectures())
                        .addAllFlags(seccomp.flags());
        if (seccomp.defaultErrno() != null) {
            built.setDefaultErrnoRet(seccomp.defaultErrno());
        }
        seccomp.rules().forEach(rule -> built.addSyscalls(rule(rule)));
        return built.build();
    }

    private static LinuxSyscall rule(Seccomp.Rule rule) {
        LinuxSyscall.Builder built =
                LinuxSyscall.newBuilder().addAllNames(rule.names()).setAction(rule.action());
        if (rule.errno() != null) {
            built.setErrnoret(rule.errno());
        }
        for (Seccomp.Argument argument : rule.arguments()) {
            built.addArgs(
                    LinuxSeccompArg.newBuilder()
                            .setIndex(argument.index())
                            .setValue(argument.value())
                            .setValueTwo(argument.secondValue())
                            .setOp(argument.operator()));
        }
        return built.build();
    }
}
