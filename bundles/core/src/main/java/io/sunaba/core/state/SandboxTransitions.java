package io.sunaba.core.state;

import static io.sunaba.sandbox.SandboxState.PAUSED;
import static io.sunaba.sandbox.SandboxState.READY;
import static io.sunaba.sandbox.SandboxState.RUNNING;
import static io.sunaba.sandbox.SandboxState.STOPPED;

import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.SandboxState;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// The table of what may be done with a sandbox in which state, and where that leads.
public final class SandboxTransitions {
    private SandboxTransitions() {}

    /// Returns the state after an operation; of a deleted sandbox, the state that it had.
    ///
    /// @throws ConflictException if the operation is illegal in the state; names both
    public static SandboxState next(String sandboxId, SandboxState state, Operation operation) {
        Set<SandboxState> legal = legalIn(operation);
        if (!legal.contains(state)) {
            throw new ConflictException(
                    "sandbox %s is %s: %s needs %s"
                            .formatted(sandboxId, state, operation, names(legal)));
        }
        return switch (operation) {
            case START -> RUNNING;
            case STOP -> STOPPED;
            case DELETE,
                    RESIZE,
                    STATS,
                    CREATE_CONTAINER,
                    DELETE_CONTAINER,
                    START_CONTAINER,
                    STOP_CONTAINER,
                    ENTER_CONTAINER,
                    KILL_CONTAINER,
                    PAUSE_CONTAINER,
                    RESUME_CONTAINER,
                    PROCESS_LIST_CONTAINER,
                    STATS_CONTAINER,
                    UPDATE_CONTAINER,
                    ADD_DEVICE,
                    REMOVE_DEVICE,
                    WAIT_PROCESS,
                    ADD_INTERFACE,
                    REMOVE_INTERFACE,
                    LIST_INTERFACES,
                    UPDATE_ROUTES,
                    LIST_ROUTES,
                    WINSIZE_PROCESS,
                    SIGNAL_PROCESS,
                    IO_STREAM,
                    GET_OOM_EVENT,
                    GET_AGENT_METRICS ->
                    state;
        };
    }

    private static Set<SandboxState> legalIn(Operation operation) {
        return switch (operation) {
            case START -> EnumSet.of(READY, STOPPED);
            case STOP -> EnumSet.allOf(SandboxState.class);
            case DELETE -> EnumSet.of(READY, PAUSED, STOPPED);
            case STATS -> EnumSet.of(READY, RUNNING, PAUSED);
            case CREATE_CONTAINER,
                    UPDATE_CONTAINER,
                    ADD_DEVICE,
                    ADD_INTERFACE,
                    LIST_INTERFACES,
                    UPDATE_ROUTES,
                    LIST_ROUTES,
                    GET_OOM_EVENT,
                    GET_AGENT_METRICS ->
                    EnumSet.of(READY, RUNNING);
            // Without a VM, containers are stopped: to stop or kill them is no work and no error.
            // What a stopped one has no use for can be removed.
            case RESIZE,
                    DELETE_CONTAINER,
                    STOP_CONTAINER,
                    KILL_CONTAINER,
                    REMOVE_DEVICE,
                    REMOVE_INTERFACE ->
                    EnumSet.of(READY, RUNNING, STOPPED);
            case START_CONTAINER,
                    ENTER_CONTAINER,
                    PAUSE_CONTAINER,
                    RESUME_CONTAINER,
                    PROCESS_LIST_CONTAINER,
                    STATS_CONTAINER,
                    WAIT_PROCESS,
                    WINSIZE_PROCESS,
                    SIGNAL_PROCESS,
                    IO_STREAM ->
                    EnumSet.of(RUNNING);
        };
    }

    static String names(Set<? extends Enum<?>> states) {
        return states.stream().map(Enum::name).collect(Collectors.joining(" or "));
    }
}
