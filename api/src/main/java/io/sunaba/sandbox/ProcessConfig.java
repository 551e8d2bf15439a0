package io.sunaba.sandbox;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A process to run in a container.
///
/// @param arguments the program and its arguments; the program is looked up in the container's
///   `PATH`
/// @param environment `NAME=value` each; a `PATH` is added if there is none
/// @param workingDirectory an absolute path in the container
/// @param user who it runs as
/// @param terminal whether its standard streams are one terminal
/// @param capabilities the Linux capabilities it has; null is [Capabilities#USUAL] for the first
///   process of a container, and what that one has for a further process
/// @param resourceLimits limits of the process, see `setrlimit(2)`
/// @param noNewPrivileges whether it may not gain privileges, as by a set-user-ID program
/// @param oomScoreAdjustment how readily it is killed when memory runs out, -1000 to 1000; 0 is
///   usual
/// @param terminalSize the size that its terminal has at first, or null if it has none or that is
///   not known
public record ProcessConfig(
        List<String> arguments,
        List<String> environment,
        String workingDirectory,
        User user,
        boolean terminal,
        @Nullable Capabilities capabilities,
        List<ResourceLimit> resourceLimits,
        boolean noNewPrivileges,
        int oomScoreAdjustment,
        @Nullable TerminalSize terminalSize) {
    /// Who a process runs as.
    ///
    /// @param name a user or `user:group` by name or number, looked up in the container's
    ///   `/etc/passwd` and `/etc/group`
    /// @param additionalGroupIds groups besides
    public record User(String name, List<Long> additionalGroupIds) {
        /// The container's root.
        public static final User ROOT = new User("0:0", List.of());

        public User {
            requireNonNull(name, "name is null");
            additionalGroupIds = List.copyOf(additionalGroupIds);
        }
    }

    /// A limit of a process.
    ///
    /// @param type the limit's name, such as `RLIMIT_NOFILE`
    /// @param hard the highest that the process may set
    /// @param soft what is in force
    public record ResourceLimit(String type, long hard, long soft) {
        public ResourceLimit {
            requireNonNull(type, "type is null");
        }
    }

    public ProcessConfig {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        requireNonNull(workingDirectory, "workingDirectory is null");
        requireNonNull(user, "user is null");
        resourceLimits = List.copyOf(resourceLimits);
    }

    /// A process whose terminal, if it has one, is of a size that is not known yet.
    public ProcessConfig(
            List<String> arguments,
            List<String> environment,
            String workingDirectory,
            User user,
            boolean terminal,
            @Nullable Capabilities capabilities,
            List<ResourceLimit> resourceLimits,
            boolean noNewPrivileges,
            int oomScoreAdjustment) {
        this(
                arguments,
                environment,
                workingDirectory,
                user,
                terminal,
                capabilities,
                resourceLimits,
                noNewPrivileges,
                oomScoreAdjustment,
                null);
    }

    /// A command run by root in `/`, without a terminal.
    public ProcessConfig(List<String> arguments) {
        this(arguments, List.of(), "/", User.ROOT, false, null, List.of(), false, 0);
    }
}
