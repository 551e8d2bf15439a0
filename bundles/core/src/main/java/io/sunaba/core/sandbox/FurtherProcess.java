package io.sunaba.core.sandbox;

import io.sunaba.sandbox.ProcessConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a further process of a container has from the first one.
final class FurtherProcess {
    private FurtherProcess() {}

    /// Adds what a process does not say itself. It gets no more than the first one has, unless it
    /// asks for that.
    ///
    /// @param first the container's first process
    /// @param wanted what was asked for
    static ProcessConfig of(ProcessConfig first, ProcessConfig wanted) {
        return new ProcessConfig(
                wanted.arguments(),
                environment(first.environment(), wanted.environment()),
                wanted.workingDirectory(),
                wanted.user(),
                wanted.terminal(),
                wanted.capabilities() == null ? first.capabilities() : wanted.capabilities(),
                wanted.resourceLimits(),
                wanted.noNewPrivileges() || first.noNewPrivileges(),
                wanted.oomScoreAdjustment());
    }

    private static List<String> environment(List<String> first, List<String> own) {
        Map<String, String> byName = new LinkedHashMap<>();
        for (List<String> variables : List.of(first, own)) {
            for (String variable : variables) {
                byName.put(variable.substring(0, variable.indexOf('=') + 1), variable);
            }
        }
        return List.copyOf(byName.values());
    }
}
