package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What system calls a container may make: `seccomp` of the OCI runtime specification, whose names
/// are used.
///
/// @param defaultAction what happens at a call that no rule is about, such as `SCMP_ACT_ERRNO`
/// @param defaultErrno the error number that goes with it, or null for `EPERM`
/// @param architectures architectures besides the guest's own, such as `SCMP_ARCH_X86`
/// @param flags flags of the filter, such as `SECCOMP_FILTER_FLAG_LOG`
/// @param rules the rules
public record Seccomp(
        String defaultAction,
        @Nullable Integer defaultErrno,
        List<String> architectures,
        List<String> flags,
        List<Rule> rules) {
    /// What happens at some system calls.
    ///
    /// @param names names of system calls; those that the guest does not know are passed over
    /// @param action what happens, such as `SCMP_ACT_ALLOW`
    /// @param errno the error number that goes with it, or null for `EPERM`
    /// @param arguments what must hold of the arguments for the rule to apply
    public record Rule(
            List<String> names, String action, @Nullable Integer errno, List<Argument> arguments) {
        public Rule {
            names = List.copyOf(names);
            requireNonNull(action, "action is null");
            arguments = List.copyOf(arguments);
        }
    }

    /// A comparison of an argument.
    ///
    /// @param index which argument, from 0
    /// @param value what it is compared with, unsigned
    /// @param secondValue what else it is compared with, as `SCMP_CMP_MASKED_EQ` needs it
    /// @param operator how it is compared, such as `SCMP_CMP_EQ`
    public record Argument(int index, long value, long secondValue, String operator) {
        public Argument {
            requireNonNull(operator, "operator is null");
        }
    }

    public Seccomp {
        requireNonNull(defaultAction, "defaultAction is null");
        architectures = List.copyOf(architectures);
        flags = List.copyOf(flags);
        rules = List.copyOf(rules);
    }
}
