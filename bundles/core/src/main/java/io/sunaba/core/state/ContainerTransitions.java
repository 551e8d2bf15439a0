package io.sunaba.core.state;

import static io.sunaba.sandbox.ContainerState.PAUSED;
import static io.sunaba.sandbox.ContainerState.READY;
import static io.sunaba.sandbox.ContainerState.RUNNING;
import static io.sunaba.sandbox.ContainerState.STOPPED;

import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.ContainerState;
import java.util.EnumSet;
import java.util.Set;

/// The table of what may be done with a container in which state, and where that leads.
public final class ContainerTransitions {
    private ContainerTransitions() {}

    /// Returns the state after an operation; of a deleted container, the state that it had.
    ///
    /// @throws ConflictException if the operation is illegal in the state; names both
    /// @throws IllegalArgumentException if the operation concerns no single container
    public static ContainerState next(
            String containerId, ContainerState state, Operation operation) {
        Set<ContainerState> legal = legalIn(operation);
        if (!legal.contains(state)) {
            throw new ConflictException(
                    "container %s is %s: %s needs %s"
                            .formatted(
                                    containerId,
                                    state,
                                    operation,
                                    SandboxTransitions.names(legal)));
        }
        return switch (operation) {
            case START_CONTAINER, RESUME_CONTAINER -> RUNNING;
            case PAUSE_CONTAINER -> PAUSED;
            case STOP_CONTAINER -> STOPPED;
            case DELETE_CONTAINER,
                    ENTER_CONTAINER,
                    KILL_CONTAINER,
                    PROCESS_LIST_CONTAINER,
                    STATS_CONTAINER,
                    UPDATE_CONTAINER,
                    WAIT_PROCESS,
                    WINSIZE_PROCESS,
                    SIGNAL_PROCESS,
                    IO_STREAM ->
                    state;
            case START,
                    STOP,
                    DELETE,
                    RESIZE,
                    STATS,
                    CREATE_CONTAINER,
                    ADD_DEVICE,
                    REMOVE_DEVICE,
                    ADD_INTERFACE,
                    REMOVE_INTERFACE,
                    LIST_INTERFACES,
                    UPDATE_ROUTES,
                    LIST_ROUTES,
                    GET_OOM_EVENT,
                    GET_AGENT_METRICS ->
                    throw concernsNone(operation);
        };
    }

    private static Set<ContainerState> legalIn(Operation operation) {
        return switch (operation) {
            case START_CONTAINER, DELETE_CONTAINER -> EnumSet.of(READY, STOPPED);
            case ENTER_CONTAINER, UPDATE_CONTAINER -> EnumSet.of(READY, RUNNING);
            case PAUSE_CONTAINER, PROCESS_LIST_CONTAINER -> EnumSet.of(RUNNING);
            case RESUME_CONTAINER -> EnumSet.of(PAUSED);
            case STATS_CONTAINER -> EnumSet.of(RUNNING, PAUSED);
            case WINSIZE_PROCESS -> EnumSet.of(READY, RUNNING, PAUSED);
            // Signals to the dead are lost without an error; their last output and exit are kept.
            case STOP_CONTAINER, KILL_CONTAINER, SIGNAL_PROCESS, WAIT_PROCESS, IO_STREAM ->
                    EnumSet.allOf(ContainerState.class);
            case START,
                    STOP,
                    DELETE,
                    RESIZE,
                    STATS,
                    CREATE_CONTAINER,
                    ADD_DEVICE,
                    REMOVE_DEVICE,
                    ADD_INTERFACE,
                    REMOVE_INTERFACE,
                    LIST_INTERFACES,
                    UPDATE_ROUTES,
                    LIST_ROUTES,
                    GET_OOM_EVENT,
                    GET_AGENT_METRICS ->
                    throw concernsNone(operation);
        };
    }

    private static IllegalArgumentException concernsNone(Operation operation) {
        return new IllegalArgumentException(operation + " concerns no single container");
    }
}
