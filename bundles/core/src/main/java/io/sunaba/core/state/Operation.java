package io.sunaba.core.state;

/// The operations of the sandbox API whose legality depends on a state.
public enum Operation {
    START("start"),
    STOP("stop"),
    DELETE("delete"),
    RESIZE("resize"),
    STATS("stats"),
    CREATE_CONTAINER("createContainer"),
    DELETE_CONTAINER("deleteContainer"),
    START_CONTAINER("startContainer"),
    STOP_CONTAINER("stopContainer"),
    ENTER_CONTAINER("enterContainer"),
    KILL_CONTAINER("killContainer"),
    PAUSE_CONTAINER("pauseContainer"),
    RESUME_CONTAINER("resumeContainer"),
    PROCESS_LIST_CONTAINER("processListContainer"),
    STATS_CONTAINER("statsContainer"),
    UPDATE_CONTAINER("updateContainer"),
    ADD_DEVICE("addDevice"),
    REMOVE_DEVICE("removeDevice"),
    WAIT_PROCESS("waitProcess"),
    ADD_INTERFACE("addInterface"),
    REMOVE_INTERFACE("removeInterface"),
    LIST_INTERFACES("listInterfaces"),
    UPDATE_ROUTES("updateRoutes"),
    LIST_ROUTES("listRoutes"),
    WINSIZE_PROCESS("winsizeProcess"),
    SIGNAL_PROCESS("signalProcess"),
    IO_STREAM("ioStream"),
    GET_OOM_EVENT("getOomEvent"),
    GET_AGENT_METRICS("getAgentMetrics");

    private final String text;

    Operation(String text) {
        this.text = text;
    }

    /// Returns the operation's name in the API.
    @Override
    public String toString() {
        return text;
    }
}
