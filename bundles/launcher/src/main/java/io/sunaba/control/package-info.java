/// The protocol of the control socket: frames of one type byte, four bytes of length and a payload.
///
/// The client opens with one [io.sunaba.control.FrameType#OPEN] frame; the server ends with one
/// [io.sunaba.control.FrameType#EXIT] frame. Input flows only as far as the server has asked for
/// it, so neither side has to hold more than it can use.
@NullMarked
package io.sunaba.control;

import org.jspecify.annotations.NullMarked;
