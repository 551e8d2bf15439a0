package io.sunaba.core.guard;

import io.sunaba.agent.Agent;
import io.sunaba.agent.GuestContainer;
import io.sunaba.agent.GuestDetails;
import io.sunaba.agent.GuestDevice;
import io.sunaba.agent.GuestSandbox;
import io.sunaba.agent.StreamPosition;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A connection to a guest's agent behind its plugin's guard. Streams, and what waits for a process
/// or an event, take as long as they take.
record GuardedAgent(Guard guard, Agent agent) implements Agent {
    static Agent of(Guard guard, Agent agent) {
        return agent instanceof GuardedAgent ? agent : new GuardedAgent(guard, agent);
    }

    @Override
    public GuestDetails guestDetails() {
        return guard.ask("guestDetails", agent::guestDetails);
    }

    @Override
    public CompletionStage<String> lost() {
        return guard.ask("lost", agent::lost);
    }

    @Override
    public void setTime(Instant now) throws InterruptedException {
        guard.run("setTime", () -> agent.setTime(now));
    }

    @Override
    public void addEntropy(byte[] entropy) throws InterruptedException {
        guard.run("addEntropy", () -> agent.addEntropy(entropy));
    }

    @Override
    public void createSandbox(GuestSandbox sandbox) throws InterruptedException {
        guard.run("createSandbox", () -> agent.createSandbox(sandbox));
    }

    @Override
    public Duration prepareSandbox(byte[] entropy, InstantSource clock, GuestSandbox sandbox)
            throws InterruptedException {
        return guard.call("prepareSandbox", () -> agent.prepareSandbox(entropy, clock, sandbox));
    }

    @Override
    public void destroySandbox() throws InterruptedException {
        guard.run("destroySandbox", agent::destroySandbox);
    }

    @Override
    public void onlineResources(int vcpus) throws InterruptedException {
        guard.run("onlineResources", () -> agent.onlineResources(vcpus));
    }

    @Override
    public String metrics() throws InterruptedException {
        return guard.call("metrics", agent::metrics);
    }

    @Override
    public void settle() throws InterruptedException {
        guard.run("settle", agent::settle);
    }

    @Override
    public void createContainer(GuestContainer container) throws InterruptedException {
        guard.run("createContainer", () -> agent.createContainer(container));
    }

    @Override
    public void startContainer(String containerId) throws InterruptedException {
        guard.run("startContainer", () -> agent.startContainer(containerId));
    }

    @Override
    public void removeContainer(String containerId) throws InterruptedException {
        guard.run("removeContainer", () -> agent.removeContainer(containerId));
    }

    @Override
    public void execProcess(String containerId, String processId, ProcessConfig process)
            throws InterruptedException {
        guard.run("execProcess", () -> agent.execProcess(containerId, processId, process));
    }

    @Override
    public void signalProcess(String containerId, @Nullable String processId, int signal)
            throws InterruptedException {
        guard.run("signalProcess", () -> agent.signalProcess(containerId, processId, signal));
    }

    @Override
    public int waitProcess(String containerId, String processId) throws InterruptedException {
        return guard.await("waitProcess", () -> agent.waitProcess(containerId, processId));
    }

    @Override
    public ProcessList listProcesses(String containerId, List<String> options)
            throws InterruptedException {
        return guard.call("listProcesses", () -> agent.listProcesses(containerId, options));
    }

    @Override
    public void updateContainer(String containerId, Resources resources)
            throws InterruptedException {
        guard.run("updateContainer", () -> agent.updateContainer(containerId, resources));
    }

    @Override
    public ContainerStats statsContainer(String containerId) throws InterruptedException {
        return guard.call("statsContainer", () -> agent.statsContainer(containerId));
    }

    @Override
    public void pauseContainer(String containerId) throws InterruptedException {
        guard.run("pauseContainer", () -> agent.pauseContainer(containerId));
    }

    @Override
    public void resumeContainer(String containerId) throws InterruptedException {
        guard.run("resumeContainer", () -> agent.resumeContainer(containerId));
    }

    @Override
    public void addDevice(String containerId, GuestDevice device) throws InterruptedException {
        guard.run("addDevice", () -> agent.addDevice(containerId, device));
    }

    @Override
    public void removeDevice(String containerId, String deviceId) throws InterruptedException {
        guard.run("removeDevice", () -> agent.removeDevice(containerId, deviceId));
    }

    @Override
    public OomEvent awaitOomEvent() throws InterruptedException {
        return guard.await("awaitOomEvent", agent::awaitOomEvent);
    }

    @Override
    public void writeStdin(String containerId, String processId, byte[] data)
            throws InterruptedException {
        guard.awaitEnd("writeStdin", () -> agent.writeStdin(containerId, processId, data));
    }

    @Override
    public void writeStdin(
            String containerId, String processId, byte[] data, StreamPosition position)
            throws InterruptedException {
        guard.awaitEnd(
                "writeStdin", () -> agent.writeStdin(containerId, processId, data, position));
    }

    @Override
    public void closeStdin(String containerId, String processId) throws InterruptedException {
        guard.run("closeStdin", () -> agent.closeStdin(containerId, processId));
    }

    @Override
    public byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return guard.await(
                "readStdout", () -> agent.readStdout(containerId, processId, maximumBytes));
    }

    @Override
    public byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException {
        return guard.await(
                "readStderr", () -> agent.readStderr(containerId, processId, maximumBytes));
    }

    @Override
    public byte[] readStdout(
            String containerId, String processId, int maximumBytes, StreamPosition position)
            throws InterruptedException {
        return guard.await(
                "readStdout",
                () -> agent.readStdout(containerId, processId, maximumBytes, position));
    }

    @Override
    public byte[] readStderr(
            String containerId, String processId, int maximumBytes, StreamPosition position)
            throws InterruptedException {
        return guard.await(
                "readStderr",
                () -> agent.readStderr(containerId, processId, maximumBytes, position));
    }

    @Override
    public void confirmStdout(String containerId, String processId, StreamPosition position)
            throws InterruptedException {
        guard.run("confirmStdout", () -> agent.confirmStdout(containerId, processId, position));
    }

    @Override
    public void confirmStderr(String containerId, String processId, StreamPosition position)
            throws InterruptedException {
        guard.run("confirmStderr", () -> agent.confirmStderr(containerId, processId, position));
    }

    @Override
    public void resizeTerminal(String containerId, String processId, int height, int width)
            throws InterruptedException {
        guard.run(
                "resizeTerminal",
                () -> agent.resizeTerminal(containerId, processId, height, width));
    }

    @Override
    public Interface updateInterface(Interface networkInterface) throws InterruptedException {
        return guard.call("updateInterface", () -> agent.updateInterface(networkInterface));
    }

    @Override
    public List<Interface> listInterfaces() throws InterruptedException {
        return guard.callList("listInterfaces", () -> agent.listInterfaces());
    }

    @Override
    public void setNameServers(List<String> addresses) throws InterruptedException {
        guard.run("setNameServers", () -> agent.setNameServers(addresses));
    }

    @Override
    public List<Route> updateRoutes(List<Route> routes) throws InterruptedException {
        return guard.callList("updateRoutes", () -> agent.updateRoutes(routes));
    }

    @Override
    public List<Route> listRoutes() throws InterruptedException {
        return guard.callList("listRoutes", () -> agent.listRoutes());
    }

    @Override
    public Duration check() throws InterruptedException {
        return guard.call("check", agent::check);
    }

    @Override
    public Optional<StreamPosition> stdoutPosition(String containerId, String processId) {
        return guard.ask("stdoutPosition", () -> agent.stdoutPosition(containerId, processId));
    }

    @Override
    public Optional<StreamPosition> stderrPosition(String containerId, String processId) {
        return guard.ask("stderrPosition", () -> agent.stderrPosition(containerId, processId));
    }

    @Override
    public void leave() {
        guard.tell("leave", agent::leave);
    }

    @Override
    public void close() {
        guard.tell("close", agent::close);
    }
}
