package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.AgentServiceGrpc.AgentServiceBlockingStub;
import io.sunaba.guest.protocol.IPAddress;
import io.sunaba.guest.protocol.IPFamily;
import io.sunaba.guest.protocol.Interface;
import io.sunaba.guest.protocol.ListInterfacesRequest;
import io.sunaba.guest.protocol.ListRoutesRequest;
import io.sunaba.guest.protocol.NetworkGrpc.NetworkBlockingStub;
import io.sunaba.guest.protocol.Route;
import io.sunaba.guest.protocol.Routes;
import io.sunaba.guest.protocol.SetNameServersRequest;
import io.sunaba.guest.protocol.UpdateInterfaceRequest;
import io.sunaba.guest.protocol.UpdateRoutesRequest;
import java.io.IOException;
import java.util.HexFormat;

/// Plays the network part of a session, on an interface that leads nowhere.
final class TrainingNetwork {
    private static final int NEW_LINK = 16;
    private static final int ADDRESS = 1;
    private static final int LINK_INFO = 18;
    private static final int LINK_INFO_KIND = 1;
    private static final String MAC = "02:00:00:00:00:01";

    private final boolean plugged;

    TrainingNetwork(SystemCalls calls) {
        // Which kinds a kernel has differs from one build host to the other.
        plugged = plug(calls, "veth") || plug(calls, "dummy") || plug(calls, "bridge");
    }

    private static boolean plug(SystemCalls calls, String kind) {
        byte[] info = new NetlinkRequest().attribute(LINK_INFO_KIND, kind).bytes();
        try (Netlink netlink = Netlink.open(calls, Netlink.NO_GROUP)) {
            netlink.perform(
                    "plug " + kind,
                    NEW_LINK,
                    Netlink.CREATE | Netlink.EXCLUSIVE,
                    new NetlinkRequest()
                            .u8(0, 0)
                            .u16(0)
                            .u32(0)
                            .u32(0)
                            .u32(0)
                            .attribute(ADDRESS, HexFormat.ofDelimiter(":").parseHex(MAC))
                            .attribute(LINK_INFO, info));
            return true;
        } catch (IOException e) {
            Log.warn("training", e);
            return false;
        }
    }

    void session(AgentServiceBlockingStub agent, NetworkBlockingStub network, int round) {
        if (plugged) {
            agent.updateInterface(
                    UpdateInterfaceRequest.newBuilder()
                            .setInterface(
                                    Interface.newBuilder()
                                            .setName("eth" + round)
                                            .setHwAddr(MAC)
                                            .setMtu(1400 + round)
                                            .addIPAddresses(address("10.0.2.15", "24"))
                                            .addIPAddresses(address("fd00::15", "64")))
                            .build());
            agent.updateRoutes(
                    UpdateRoutesRequest.newBuilder()
                            .setRoutes(
                                    Routes.newBuilder()
                                            .addRoutes(
                                                    Route.newBuilder()
                                                            .setGateway("10.0.2.2")
                                                            .setDevice("eth" + round)))
                            .build());
        }
        agent.listInterfaces(ListInterfacesRequest.getDefaultInstance());
        agent.listRoutes(ListRoutesRequest.getDefaultInstance());
        network.setNameServers(SetNameServersRequest.newBuilder().addAddresses("10.0.2.3").build());
    }

    private static IPAddress address(String address, String mask) {
        return IPAddress.newBuilder()
                .setFamily(address.contains(":") ? IPFamily.v6 : IPFamily.v4)
                .setAddress(address)
                .setMask(mask)
                .build();
    }
}
