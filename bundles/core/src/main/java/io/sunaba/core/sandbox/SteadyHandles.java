package io.sunaba.core.sandbox;

import io.sunaba.agent.Agent;
import io.sunaba.core.plugin.Calls;
import io.sunaba.core.plugin.Steady;
import io.sunaba.core.plugin.Steady.Manner;
import io.sunaba.core.plugin.Steady.Next;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.Machine;
import java.lang.reflect.Method;
import java.util.Set;

/// Machines and agents as callers have them, who do not notice that a plugin is replaced.
final class SteadyHandles {
    private static final Set<String> KNOWN =
            Set.of(
                    "id",
                    "state",
                    "exited",
                    "record",
                    "agentEndpoint",
                    "consoleTail",
                    "guestDetails",
                    "stdoutPosition",
                    "stderrPosition",
                    "lost");

    /// Each may be repeated: a stream's calls tell how far it has come.
    private static final Set<String> WAITING =
            Set.of(
                    "waitProcess",
                    "awaitOomEvent",
                    "readStdout",
                    "readStderr",
                    "writeStdin",
                    "closeStdin");

    private SteadyHandles() {}

    static Agent of(Agent agent, Calls calls, Next<Agent> next) {
        return Steady.of(Agent.class, agent, calls, SteadyHandles::manner, next);
    }

    static Machine of(Machine machine, Calls calls, Next<Machine> next) {
        return Steady.of(
                Machine.class,
                machine,
                calls,
                SteadyHandles::manner,
                next,
                (arguments, result) ->
                        result instanceof Ability ability && arguments[0] instanceof Class<?> kind
                                ? of(kind.asSubclass(Ability.class), ability, calls, next)
                                : result);
    }

    private static Manner manner(Method method) {
        if (KNOWN.contains(method.getName())) {
            return Manner.KNOWN;
        }
        return WAITING.contains(method.getName()) ? Manner.WAITING : Manner.SHORT;
    }

    private static <T extends Ability> T of(
            Class<T> kind, Ability ability, Calls calls, Next<Machine> next) {
        return Steady.of(
                kind,
                kind.cast(ability),
                calls,
                _ -> Manner.SHORT,
                () -> next.next().ability(kind));
    }
}
