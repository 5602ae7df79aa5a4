// Paths of icons, in a box of 14.
export const PAUSE = 'M5 3v8M9 3v8'
export const WRAP = 'M2 3h10M2 7h8a2 2 0 0 1 0 4H7m1.5-1.5L7 11l1.5 1.5M2 11h2'
export const COPY = 'M5 5h7v7H5zM9 5V2H2v7h3'
export const DONE = 'M2.5 7.5l3 3 6-7'
export const FAILED = 'M3 3l8 8M11 3l-8 8'
export const TERMINAL = 'M2.5 4l3 3-3 3M7.5 10.5h4'
export const DOWNLOAD = 'M7 2v6.5M4.2 6 7 8.8 9.8 6M2.5 11.5h9'
